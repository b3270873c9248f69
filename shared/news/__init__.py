"""Telling others: what the audit says that somebody outside may want to know of, brought to whom the policy names.

    derive    which lines of the audit are news, and of what kind. Pure
    context   what is known of an incident and its operations when it is told
    words     news as a person reads it; what a hand-over says. Pure
    letters   who gets what: targets, rates, and what is held back. Pure
    post      follow the audit, send letters, deliver them

The audit is followed after the fact, by a timer of its own, from a place that is remembered. So nothing that heals
waits for anybody who is told, and nothing is lost when the app stops in between: it goes on from that place, and what
it may have told already is known by its key. Whoever does not take a letter delays that letter alone.
"""
