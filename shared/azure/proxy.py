"""Whether the SDKs have to ask the environment for a proxy.

Left alone, the SDKs' transport asks for each request which proxy the environment names, and looks for a password in
the user's netrc file. aiohttp does both in other threads, two changes of thread for each request: a millisecond of a
small request to storage when little is going on, and up to twice Python's switch interval of 5 ms when this process is
busy (azure-core 1.41). Where no proxy is set there is nothing to ask, so the transport is told not to; where one is
set, everything stays as it was.
"""

from __future__ import annotations


def is_set() -> bool:
    """Is there a proxy in this process's environment (`HTTPS_PROXY` and its like)?"""
    from urllib.request import getproxies_environment

    return bool(getproxies_environment())
