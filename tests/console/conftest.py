"""Without a browser only what is answered to one is looked at."""

from __future__ import annotations

from tests.peers import BROWSER, are_here

IN_A_BROWSER = [
    "test_a_story.py",
    "test_bad_answers.py",
    "test_hostile_names.py",
    "test_for_everybody.py",
    "test_pictures.py",
]
collect_ignore = [] if are_here(BROWSER) else IN_A_BROWSER
