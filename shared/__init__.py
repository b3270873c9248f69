"""Everything that is not a door: the words, the decisions, the operations and the adapters.

Start with `shared.the_pass`, which shows one pass from hearing to remembering, then follow its calls.
"""
