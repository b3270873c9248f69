"""The demo: a DC/OS cluster on this machine loses agents, and gets them back while you watch.

python -m simulator.demo                       one agent is deleted
python -m simulator.demo --scenario storm      another story; --list shows them all
python -m simulator.demo --json                the same as data
python -m simulator.demo --keep                everything stays up to play with

stage       Azurite, the simulated world, and the real app in the local Functions host
scenarios   the stories: what breaks, what must come of it
watch       what the app heard, judged, decided and did, read from its own tables
story       one scenario from curtain to verdict
verdict     what truly happened, by the world's own journal
screen      what a person sees
play        staying up, with a prompt to break things at
"""
