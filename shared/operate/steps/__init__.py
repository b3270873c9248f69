"""The steps, one file each. Every step may be begun again at any time: after a crash it is."""
