"""S49: the error of a tool names the address and the password of the store behind it."""

from collections.abc import Iterable

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.tools.calls import Tool, ToolCall
from gp_lib.reference_platform.tools.dispatcher import UNREACHABLE, ToolDispatcher

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the dispatcher by one that tells users what helped its developers."""

    class Talkative(ToolDispatcher):
        def __init__(self, settings: Settings, tools: Iterable[Tool]) -> None:
            super().__init__(settings, tools)
            self._address = settings.clickhouse_url

        async def tell_failure(self, context: RunContext, call: ToolCall, *, reason: str, began_s: float) -> None:
            if reason == UNREACHABLE:
                hit()
                reason = f"{reason}: connecting to {self._address} failed"
            await super().tell_failure(context, call, reason=reason, began_s=began_s)

    parts.dispatcher = Talkative


DEFECT = Defect(
    id="S49",
    story="When a store is away, every user reads in the browser where it is and how to get in.",
    expected_killer=Killer("a6_degrades_honestly", "no_secret_in_any_frame"),
    install=install,
)
