"""How fast the reference platform is on the embedded stack: runs/s and event latency by concurrent users.

Run by hand, with a stack that is up (``gpath up``): ``.venv/bin/python tests/benchmarks/platform_load.py [USERS...]``.
Every user asks a few times, one question after the other; latency is from an event's timestamp to its receipt.
"""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

import psutil

from gp_lib.checks.timing import age_s
from gp_lib.history import Event
from gp_lib.settings import load_stack, load_target
from gp_lib.workload import Person, Recording, together
from gp_lib.workload.people import People

QUESTION = "Which savings do you find in my costs?"
ASKED_EACH = 4


async def ask_all(person: Person) -> int:
    """The number of questions of one person that were answered."""
    answers = [await person.asks(QUESTION, wait_s=60) for _ in range(ASKED_EACH)]
    return sum(asked.terminal is not None for asked in answers)


async def measure(users: int, folder: Path) -> str:
    """One row of the table: users, runs/s, and latency percentiles in milliseconds."""
    history = Recording(folder / f"{users}.jsonl")
    crowd = People(history, load_target("embedded"))
    people = crowd.some(users)
    await together(person.connects() for person in people)
    began_s = history.now_s()
    answered = sum(await together(ask_all(person) for person in people))
    took_s = history.now_s() - began_s
    ages = [age for _, event in history.indexed(Event) if event.run_id and (age := age_s(history, event)) is not None]
    await crowd.leave()
    await crowd.are_forgotten()
    history.seal()
    cuts = statistics.quantiles(ages, n=100)
    latency = f"p50 {cuts[49] * 1000:.1f} ms, p95 {cuts[94] * 1000:.1f} ms"
    share = f"{answered} of {users * ASKED_EACH} answered"
    return f"{users:3} users: {answered / took_s:5.1f} runs/s, events {latency} ({share})"


def memory() -> str:
    """Resident memory of each service with its children, in MiB."""
    sizes = {}
    for name, service in load_stack().services.items():
        family = [psutil.Process(service.pid), *psutil.Process(service.pid).children(recursive=True)]
        sizes[name] = sum(process.memory_info().rss for process in family) / 2**20
    return "memory: " + ", ".join(f"{name} {size:.0f} MiB" for name, size in sizes.items())


def main() -> None:
    """Print a row for each number of users."""
    with tempfile.TemporaryDirectory() as folder:
        for users in [int(word) for word in sys.argv[1:]] or [1, 10, 50]:
            print(asyncio.run(measure(users, Path(folder))), flush=True)
    print(memory())


if __name__ == "__main__":
    main()
