"""Words that are planned for the policy and that this version refuses.

Ignoring them would be worse than refusing them: whoever writes one and reads no error relies on it. Each has a sentence
that says what this version does not do.
"""

from __future__ import annotations

ONLY_NO_LOGIN = "this version talks to masters that ask for no login; take it out or write 'login: none'"
