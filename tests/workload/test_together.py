import asyncio

import pytest

from gp_lib.clock import monotonic_s
from gp_lib.workload import together


async def test_everybody_starts_before_anybody_goes_on() -> None:
    started: list[int] = []

    async def note(number: int) -> int:
        started.append(number)
        await asyncio.sleep(0)
        return len(started)

    assert await together(note(number) for number in range(4)) == [4, 4, 4, 4]


async def test_nobody_is_nothing() -> None:
    assert await together([]) == []


async def test_the_first_error_passes_on_and_the_others_are_cancelled() -> None:
    ended: list[str] = []

    async def wait_forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async def break_down() -> None:
        raise ValueError("broken")

    began_s = monotonic_s()
    with pytest.raises(ValueError, match="broken"):
        await together([wait_forever(), break_down()])
    assert ended == ["cancelled"]
    assert monotonic_s() - began_s < 10
