"""Deciding: from findings to decisions with reasons. Pure; one file per strategy.

`repair` says what is done about each node that is not well; `wanted` says how large a pool is to be.
`schedule` says which sizes it may have at an instant, by the clock (`settle`, `timeline`, `preview`).
`sizes` says which size it is to have now, by what load asks for (`demands`), and who goes (`leavers`); `capacity`
decides about both, with every guard's answer.
`balance` and `relief` say which step would even a pool out, over zones and over its agents; no operation takes these
steps.
"""
