"""S19: one tier truncates at 255 characters."""

import dataclasses
from collections.abc import Sequence

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.upkeep.facts import Fact, FactsRelay

from .defect import Defect, Hits, Killer

WIDTH = 255


def _cut(fact: Fact, hit: Hits) -> Fact:
    if len(fact.event.frame) <= WIDTH:
        return fact
    hit()
    return dataclasses.replace(fact, event=dataclasses.replace(fact.event, frame=fact.event.frame[:WIDTH]))


def install(parts: Parts, hit: Hits) -> None:
    """Replace the relay by one that cuts frames to a column's old width."""

    class Narrow(FactsRelay):
        async def carry(self, facts: Sequence[Fact]) -> None:
            await super().carry([_cut(fact, hit) for fact in facts])

    parts.facts = Narrow


DEFECT = Defect(
    id="S19",
    story="Long answers are kept short in one of the three tiers, and nobody is told.",
    expected_killer=Killer("d2_three_tiers_agree", "content_hashes_agree"),
    install=install,
)
