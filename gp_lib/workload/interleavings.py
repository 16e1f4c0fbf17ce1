"""Interleavings of several people's steps, drawn from a seed: who does what in which tab, in which order."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

from gp_lib.clock import wait_until
from gp_lib.workload.canaries import asks_with_canary
from gp_lib.workload.doors import tries_to_resume
from gp_lib.workload.person import Asked, Person
from gp_lib.workload.recorder import doing
from gp_lib.workload.requests import ends

LONGEST_PAUSE_S = 0.15
"""Between two steps: up to here a run has just begun, is at its tools, or streams already."""
PRYING = 0.3
"""How likely a step is an attempt at somebody else's run, once there is one."""
EVERYWHERE_WITHIN_S = 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """``who`` asks in tab number ``tab``, or (``whose`` is not ``None``) pries into somebody's newest run; a pause."""

    who: int
    tab: int
    whose: int | None
    pause_s: float


@dataclass(frozen=True, slots=True)
class Interleaving:
    """Steps, each begun while those before it are still under way."""

    steps: tuple[Step, ...]

    async def play(self, people: Sequence[Person], question: str) -> None:
        """Take all steps, then wait until each run that was asked for has ended in every tab of its owner.

        Recorded as ``plays``, with the steps in words, so that what went wrong can be shown with the shortest one.
        """
        history = people[0].history
        steps = [_words(step, people) for step in self.steps]
        async with doing(history, "everybody", "plays", steps=steps), asyncio.TaskGroup() as group:
            for step in self.steps:
                group.create_task(_taken(step, people, question))
                await asyncio.sleep(step.pause_s)


def draw_interleavings(seed: int, *, lengths: Sequence[int], people: int, tabs: int) -> list[Interleaving]:
    """One interleaving of each length, always the same ones for a seed.

    The first step of each is a question, the last one of all but the shortest is somebody prying.
    """
    chance = random.Random(seed)
    return [_drawn(chance, length, people, tabs) for length in lengths]


def _drawn(chance: random.Random, length: int, people: int, tabs: int) -> Interleaving:
    steps: list[Step] = []
    for number in range(length):
        pries = bool(steps) and (number == length - 1 or chance.random() < PRYING)
        who, whose = _prier(chance, steps, people) if pries else (chance.randrange(people), None)
        steps.append(Step(who, chance.randint(1, tabs), whose, round(chance.uniform(0, LONGEST_PAUSE_S), 3)))
    return Interleaving(tuple(steps))


def _prier(chance: random.Random, steps: Sequence[Step], people: int) -> tuple[int, int]:
    whose = chance.choice([step.who for step in steps if step.whose is None])
    return chance.choice([who for who in range(people) if who != whose]), whose


def _words(step: Step, people: Sequence[Person]) -> str:
    who = people[step.who].name
    what = f"asks in tab {step.tab}" if step.whose is None else f"pries into {people[step.whose].name}'s run"
    return f"{who} {what}, then {step.pause_s * 1000:.0f} ms"


async def _taken(step: Step, people: Sequence[Person], question: str) -> None:
    person = people[step.who]
    if step.whose is None:
        await sees_the_end_everywhere(person, await asks_with_canary(person, question, tab=step.tab))
        return
    whose = people[step.whose]
    if run_id := await wait_until(lambda: _newest_run(whose), deadline_s=EVERYWHERE_WITHIN_S):
        await tries_to_resume(person, run_id)


async def _newest_run(person: Person) -> str | None:
    seen = [event for tab in person.tabs for event in tab.events if event.run_id and event.user_id == person.user_id]
    return max(seen, key=lambda event: event.received_s).run_id if seen else None


async def sees_the_end_everywhere(person: Person, asked: Asked) -> None:
    """Wait until every open tab of ``person`` has received the run's last event, at most three (scaled) seconds."""
    if asked.terminal is None:
        return
    root = asked.terminal.agent_name
    for tab in [tab for tab in person.tabs if tab.lost is None and not tab.closed]:
        async with doing(person.history, person.name, "sees the end", tab=tab.name, run_id=asked.run_id) as act:
            end = await tab.until(lambda event: ends(event, asked.run_id, root), deadline_s=EVERYWHERE_WITHIN_S)
            if end is None:
                act.fail(f"not within {EVERYWHERE_WITHIN_S} s")
