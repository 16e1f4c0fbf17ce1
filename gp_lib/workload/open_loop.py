"""An open load: people come when they meant to, whether or not those before them have been served."""

import asyncio
import random
import uuid
from collections.abc import Sequence

from gp_lib.clock import loop_lag
from gp_lib.history import Operation, Reading
from gp_lib.workload.person import Person
from gp_lib.workload.recording import Recording

GENERATOR = "the load generator"


async def open_loop(people: Sequence[Person], content: str, *, questions: int, over_s: float, seed: int) -> None:
    """Everybody asks ``questions`` times, at moments drawn from ``seed`` within ``over_s`` seconds.

    The moments are fixed before the first of them (given their number, a Poisson process), and nobody waits for an
    answer before asking again, so that a slow platform cannot slow the load down. Recorded as ``arrives``, from the
    planned moment to the one at which the question was really put; and as ``loop_lag``, how late this process was.
    """
    chance, history = random.Random(seed), people[0].history
    started_s = history.now_s()
    plan = [(person, started_s + chance.uniform(0, over_s)) for person in people for _ in range(questions)]
    async with loop_lag() as late_ms, asyncio.TaskGroup() as group:
        for person, due_s in plan:
            group.create_task(_asks_when_due(person, content, due_s))
    history.record(
        Reading(
            store="workbench",
            question="loop_lag",
            subject=GENERATOR,
            answer=[round(late, 3) for late in late_ms],
            asked_s=started_s,
            answered_s=history.now_s(),
        )
    )


async def _asks_when_due(person: Person, content: str, due_s: float) -> None:
    history, message_id = person.history, str(uuid.uuid4())
    await asyncio.sleep(max(0.0, due_s - history.now_s()))
    _note_arrival(history, person, due_s=due_s, message_id=message_id)
    await person.asks(content, message_id=message_id)


def _note_arrival(history: Recording, person: Person, *, due_s: float, message_id: str) -> None:
    history.record(
        Operation(
            actor=person.name,
            action="arrives",
            outcome="ok",
            started_s=due_s,
            ended_s=history.now_s(),
            detail={"message_id": message_id},
        )
    )
