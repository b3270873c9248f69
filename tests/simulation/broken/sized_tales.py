"""Worlds in which one rule about sizes matters, as in `tales`."""

from __future__ import annotations

from dataclasses import replace

from shared.model.mesos import Generation
from tests.simulation.broken.tales import World, rules, tale
from tests.simulation.sizes import WITHOUT_ROOM, Sizes, Span
from tests.simulation.tale import Happening, Rules


def _sized(agents: int, lasts_s: float, told: Rules | None = None, **named: object) -> World:
    sizes = replace(Sizes(), **named)  # type: ignore[arg-type]
    told = told or rules(at_once=2, storm_hold_s=1)
    like = tale(told, agents=agents, lasts_s=lasts_s, boot_s=15.0, is_mended=False, sizes=sizes)
    return World(replace(like, generation=Generation.DRAIN))


LITTLE_LOAD = _sized(6, 2700.0, by_load=True, waves=((60.0, 1),), spans=(Span(120.0, 7200.0, "min", 4),))
MUCH_LOAD = _sized(3, 1200.0, by_load=True, waves=((400.0, 60),), spans=(Span(120.0, 7200.0, "max", 4),))
UP_AND_DOWN = _sized(
    3,
    3000.0,
    by_load=True,
    window_s=1200,
    waves=tuple((120.0 + 360 * one, (40, 4)[one % 2]) for one in range(8)),
)
NO_ROOM_ELSEWHERE = _sized(6, 2700.0, waves=((30.0, 44),), spans=(Span(300.0, 1800.0, "max", 3),))
FILLED = (Span(660.0, 7200.0, "min", 3),)
ONE_QUIET_MOMENT = _sized(
    6, 2400.0, by_load=True, window_s=1200, waves=((100.0, 30), (1500.0, 4), (1700.0, 30)), least=1
)
REFUSED = rules(mode="propose", rejects=10, at_once=2)
REFUSED_GROWTH = _sized(3, 900.0, REFUSED, spans=(Span(120.0, 7200.0, "min", 5),))
REFUSED_SHRINKING = _sized(5, 2400.0, REFUSED, spans=(Span(120.0, 7200.0, "max", 3),))
OBSERVED = _sized(3, 900.0, rules(mode="observe"), spans=(Span(120.0, 7200.0, "min", 5),))
PAUSED = replace(
    _sized(3, 2400.0, spans=(Span(1500.0, 7200.0, "min", 5),)),
    always=(Happening(60.0, "somebody_pauses", 0, 1800.0),),
)
ONE_FEWER = _sized(6, 1500.0, spans=(Span(120.0, 7200.0, "max", 5),))
FEWER = _sized(6, 2700.0, spans=(Span(120.0, 7200.0, "max", 3),))
NEW_IN_ONE_ZONE = _sized(
    4, 5400.0, zones="222211", spans=(Span(400.0, 600.0, "min", 6), Span(3000.0, 2000.0, "max", 4))
)
ALL_COOL = _sized(2, 1500.0, relieves=True, waves=((5.0, 8),), spans=FILLED)
NEW_AGENTS = _sized(1, 3000.0, relieves=True, waves=((5.0, 8),), spans=FILLED)
REFUSED_RELIEF = _sized(
    1, 1500.0, replace(REFUSED, rejects=0), relieves=True, waves=((5.0, 8),), spans=FILLED
)
ROOM = _sized(3, 1500.0, by_load=True, stand_in=1, waves=((100.0, 40),))
NO_ROOM = replace(ROOM, always=(Happening(60.0, WITHOUT_ROOM, 0, 1800.0),))
