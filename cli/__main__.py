"""`python -m cli`: the command line on this process's environment."""

from __future__ import annotations

from cli.main import main

if __name__ == "__main__":
    main()
