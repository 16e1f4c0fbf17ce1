"""S42: the total of the savings is off."""

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from decimal import Decimal

from gp_lib.reference_platform.agents.model import ModelPort
from gp_lib.reference_platform.agents.roles import Role
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext

from .defect import Defect, Hits, Killer

TOTAL = re.compile(r"(?<=Total: )\d+\.\d\d")


def install(parts: Parts, hit: Hits) -> None:
    """Replace the way to the model by one whose model cannot add up, as language models cannot."""

    class BadAtSums(ModelPort):
        async def stream(self, role: Role, prompt: str, context: RunContext) -> AsyncGenerator[str, None]:
            async with aclosing(super().stream(role, prompt, context)) as pieces:
                text = "".join([piece async for piece in pieces])
            for line in text.splitlines(keepends=True):
                yield TOTAL.sub(rounded_up, line)

    def rounded_up(amount: re.Match[str]) -> str:
        hit()
        return f"{Decimal(amount[0]) // 100 * 100 + 100}.00"

    parts.model = BadAtSums


DEFECT = Defect(
    id="S42",
    story="Each saving is right, and the total that everybody quotes is what the model took it to be.",
    expected_killer=Killer("a2_substantive_answer", "amounts_equal_sql"),
    install=install,
)
