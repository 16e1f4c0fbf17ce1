"""S17: the cold tier drops a batch that is short."""

from collections.abc import Sequence

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.upkeep.facts import Fact, FactsRelay

from .defect import Defect, Hits, Killer

WORTHWHILE = 25


def install(parts: Parts, hit: Hits) -> None:
    """Replace the relay by one for which a small batch is not worth the trip."""

    class Lazy(FactsRelay):
        async def carry(self, facts: Sequence[Fact]) -> None:
            if len(facts) < WORTHWHILE:
                hit()
            else:
                await super().carry(facts)

    parts.facts = Lazy


DEFECT = Defect(
    id="S17",
    story="Quiet hours are missing from the analytics, so the invoice is wrong.",
    expected_killer=Killer("d2_three_tiers_agree", "tiers_hold_the_same_runs"),
    install=install,
)
