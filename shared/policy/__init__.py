"""What the operator wants: one YAML file, read into frozen types in which every default is already filled in.

    schema      the types, with unit, default, reason and when to change it under each field. Start here
    limits      what a field may hold, written beside its type
    faults      what is wrong with a file: line, path, found, allowed, hint
    tree        YAML text to a tree that knows its lines
    values      one scalar to one value: durations, shares, hosts, modes
    unsupported words that are planned and that this version refuses rather than ignores
    read        the tree to a policy; collects all faults
    load        text to policy, or all its faults in one error
    lint        valid but unwise, with the published incident behind each rule
    schedules   sizes by the clock: what is written, when it begins (`times`), and how it is read (`read_schedules`)
    in_force    which version is obeyed when the file changes or breaks
    reference   the page docs/policy.md, made from the code

Nothing here is imported for its side effects, and `import shared.policy.load` does not import the YAML library: that
happens when the first text is read, which keeps it out of the cold start.
"""
