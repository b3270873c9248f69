"""Ways out to people: notifications through Apprise."""
