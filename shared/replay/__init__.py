"""Back to work: what is in the quarantine, told in the app's own words, and how a person has it tried once more.

contents    what a kept body is, and of which cluster, node, incident or operation. Pure
again       put it back in its queue, once, or drop it; with a line in the audit
"""
