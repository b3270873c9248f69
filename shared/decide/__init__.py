"""Deciding: from findings to decisions with reasons. Pure; one file per strategy.

`repair` says what is done about each node that is not well; `wanted` says how large a pool is to be.
`schedule` says which sizes it may have at an instant, by the clock (`settle`, `timeline`, `preview`).
"""
