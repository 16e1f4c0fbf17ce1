"""Listens on the wires between the platform and its stores, and writes down what was said and how long it took."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from gp_lib import contract
from gp_lib.faults import Control
from gp_lib.history import Reading
from gp_lib.workload import Person, Recording

LISTENER = "the listener on the wire"


class Wires:
    """Hears the workbench's own proxies; it changes nothing of what passes them."""

    def __init__(self, control: Control, history: Recording) -> None:
        self._control = control
        self._history = history

    @asynccontextmanager
    async def heard(self, wire: str, *, matching: str = "", people: Sequence[Person] = ()) -> AsyncIterator[None]:
        """Record every exchange on ``wire`` within the block as the reading ``exchanges``.

        ``wire`` is named as its store. Only exchanges that contain ``matching`` (in any case) are kept. Those whose
        transaction begins as one of ``people`` carry the user's id. Recorded beside are how late the listener ran, and
        as ``unheard`` how many more exchanges there were than it could keep.

        Raises:
            WorkbenchError: there is no such wire.
        """
        started_s = self._history.now_s()
        place = await self._control.call("wires.listen", proxy=wire, matching=matching)
        try:
            yield
        finally:
            heard = await self._control.call("wires.heard", proxy=wire, id=place["id"])
            ids = {contract.user_on_the_wire(person.user_id): person.user_id for person in people}
            exchanges = [self._told(one, heard["texts"], ids) for one in heard["exchanges"]]
            self._note(wire, "exchanges", wire, exchanges, started_s=started_s)
            self._note(wire, "unheard", wire, heard["missed"], started_s=started_s)
            self._note("workbench", "loop_lag", f"{LISTENER} of {wire}", heard["late_ms"], started_s=started_s)

    def _told(self, exchange: list[Any], texts: Sequence[str], ids: dict[str, str]) -> dict[str, Any]:
        connection, asked_s, answered_s, text, begins, ends = exchange
        user = next((user_id for mark, user_id in ids.items() if mark in texts[text]), None)
        return {
            "connection": connection,
            "asked_s": round(self._history.since_start_s(asked_s), 6),
            "took_ms": round((answered_s - asked_s) * 1000, 3),
            "said": " ".join(texts[text].split())[:80],
            "begins": begins,
            "ends": ends,
            "user": user,
        }

    def _note(self, store: str, question: str, subject: str, answer: Any, *, started_s: float) -> None:
        self._history.record(
            Reading(
                store=store,
                question=question,
                subject=subject,
                answer=answer,
                asked_s=started_s,
                answered_s=self._history.now_s(),
            )
        )
