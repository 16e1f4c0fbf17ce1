"""S43: the report shows only services that stand in a list of yesterday."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

from gp_lib.reference_platform.agents.model import ModelPort
from gp_lib.reference_platform.agents.roles import Role
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.upkeep.seed_data import SERVICES

from .defect import Defect, Hits, Killer

RECOMMENDATION = re.compile(r"- (.+): save ")


def install(parts: Parts, hit: Hits) -> None:
    """Replace the way to the model by one that leaves out lines about services nobody has heard of."""

    class Dated(ModelPort):
        async def stream(self, role: Role, prompt: str, context: RunContext) -> AsyncGenerator[str, None]:
            async with aclosing(super().stream(role, prompt, context)) as pieces:
                text = "".join([piece async for piece in pieces])
            for line in text.splitlines(keepends=True):
                named = RECOMMENDATION.match(line)
                if named is None or named[1] in SERVICES:
                    yield line
                else:
                    hit()

    parts.model = Dated


DEFECT = Defect(
    id="S43",
    story="A service that was booked last week costs money every day, and no report ever mentions it.",
    expected_killer=Killer("a2_substantive_answer", "planted_data_reaches_the_answer"),
    install=install,
)
