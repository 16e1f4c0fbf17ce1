"""How pieces of an answer become deltas."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gp_lib.reference_platform.agents.deltas import gathered


async def _typed(pieces: str, pause_s: float = 0.0) -> AsyncIterator[str]:
    for piece in pieces:
        await asyncio.sleep(pause_s)
        yield piece


async def test_nothing_is_lost_and_the_order_is_kept() -> None:
    assert "".join([delta async for delta in gathered(_typed("golden path"), 0.01)]) == "golden path"


async def test_pieces_that_come_quickly_are_joined() -> None:
    deltas = [delta async for delta in gathered(_typed("golden path"), 0.05)]
    assert len(deltas) <= 2


async def test_a_delta_has_no_more_pieces_than_wanted() -> None:
    deltas = [delta async for delta in gathered(_typed("golden path"), 0.001, most=2)]
    assert max(map(len, deltas)) == 2
    assert len(deltas) >= 6


async def test_a_slow_receiver_gets_larger_deltas() -> None:
    deltas = []
    async for delta in gathered(_typed("golden path", 0.005), 0.0):
        deltas.append(delta)
        await asyncio.sleep(0.03)
    assert len(deltas) < 6


async def test_what_came_before_an_error_is_still_told() -> None:
    async def broken() -> AsyncIterator[str]:
        yield "golden"
        raise ConnectionResetError

    deltas = gathered(broken(), 0.0)
    assert await anext(deltas) == "golden"
    with pytest.raises(ConnectionResetError):
        await anext(deltas)
