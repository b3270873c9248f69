"""How many nodes a pool needs, which of them go, and where new ones come: pure, from readings and bounds alone.

load        what was read -> the nodes that each signal asks for
pace, rule  what is asked for, and what was asked for before -> the size that is wanted
forecast    what the last weeks needed at this hour
queue       what Marathon says waits -> work that is placed
placement   which waiting tasks fit on which agents, and how many more agents they need; by `work`, `offers`,
            `constraints` and `room`
victims     who goes when a pool shrinks; by `candidates`
spread      how even a pool is over zones and fault domains, where to take from and where to add
"""
