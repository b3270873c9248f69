"""The hand on an operation on a master: the same as any other, with the council of masters in its picture."""

from __future__ import annotations

from msgspec.structs import replace

from shared.decide.masters import question_about
from shared.errors import Unknown
from shared.guards import Question
from shared.model.masters import Council, Seat

from .hand import Hand
from .masters import ask_masters, with_masters
from .recall import Recalled
from .situate import Picture


class MasterHand(Hand):
    async def fresh(self) -> tuple[Picture, Recalled]:
        """With the masters asked after the rest was read, and so as young."""
        picture, recalled = await super().fresh()
        if picture.council is None:
            asked = await ask_masters(self.outside, self.cluster)
            picture = await with_masters(self.outside, picture, asked, recalled)
            self._picture = picture, recalled
        return picture, recalled

    async def council(self) -> Council:
        """`Unknown` when nobody asks the masters of this cluster any more."""
        picture, _ = await self.fresh()
        if picture.council is None:
            raise Unknown("how the masters are, because nobody asks them here")
        return picture.council

    async def seat(self) -> Seat:
        """That of the master which is worked on. `Unknown` when the policy does not name it any more."""
        council, name = await self.council(), self.operation.subject.node
        seat = council.seat(name)
        if seat is None:
            raise Unknown(f"how {name} is, which is no master of the policy now")
        return seat

    async def question(self) -> Question:
        picture, _ = await self.fresh()
        council, seat, operation = await self.council(), await self.seat(), self.operation
        asked = question_about(picture.situation, council, seat.finding, operation.remedy, operation.id)
        return replace(asked, incident=operation.incident, begun_at=operation.created_at, now=self.now)
