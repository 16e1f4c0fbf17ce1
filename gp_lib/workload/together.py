"""At the same time: everybody waits at a barrier and is released at once."""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def together(doings: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Start all ``doings`` at one moment and return their results in order.

    When one of them raises, the others are cancelled and awaited before the error passes on.
    """
    tasks: list[asyncio.Task[T]] = []
    waiting = list(doings)
    barrier = asyncio.Barrier(len(waiting)) if waiting else None
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_after(barrier, doing)) for doing in waiting]
    except ExceptionGroup as group_error:
        raise group_error.exceptions[0] from group_error
    return [task.result() for task in tasks]


async def _after(barrier: asyncio.Barrier | None, doing: Awaitable[T]) -> T:
    if barrier is not None:
        await barrier.wait()
    return await doing
