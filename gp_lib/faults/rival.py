"""Transactions of the workbench's own that get in the way of the platform's, as those of other clients do.

They use the platform's own role, and only such statements as any client may send. What they met, the server says.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from gp_lib import contract
from gp_lib.clients.session import (
    SET_USER,
    DeadlockVictim,
    Session,
    Transaction,
    acting_as,
    open_session,
    rows,
)
from gp_lib.clock import monotonic_s, patience, wait_until
from gp_lib.faults.strikes import FaultLog

DATABASE = "database"
LOOK_EVERY_S = 0.02
APPEARS_WITHIN_S = 20.0
WAITING_FOR_ME = """
select pid, xact_start from pg_stat_activity
where pg_backend_pid() = any (pg_blocking_pids(pid)) and pid <> pg_backend_pid()
"""


class Rival:
    """Each method is one way to be in the way; what it met is handed to ``on_fault`` when it is over."""

    def __init__(self, url: str, on_fault: Callable[[FaultLog], None]) -> None:
        self._url = url
        self._on_fault = on_fault

    @asynccontextmanager
    async def locks(self, table: str, *, hold_s: float) -> AsyncIterator[None]:
        """Keep ``table`` from being written for ``hold_s`` (scaled) seconds; the block ends no sooner.

        One strike is one transaction that gave up waiting while the lock was still held.
        """
        log = _log("HoldLock", table=table, hold_s=hold_s)
        async with open_session(self._url) as session:
            transaction = session.transaction()
            await transaction.start()
            await session.execute(f"lock table {table} in share mode")
            holding = asyncio.create_task(_hold(session, transaction, log, hold_s))
            try:
                yield
                await holding
            finally:
                await _ended(holding)
                self._over(log)

    @asynccontextmanager
    async def deadlocks(self, user_id: str) -> AsyncIterator[None]:
        """Be in a true deadlock with the transaction of the tool with an effect, for ``user_id``.

        As soon as the user has a run, their account's row is locked, which that transaction will want; when it waits
        for it, the table is asked for in which it has just written. The server chooses a victim: whoever began to
        wait first. One strike is a victim on the other side.
        """
        log = _log("Deadlock", row="account", table=contract.EFFECT_TABLE)
        async with open_session(self._url, timeout_s=APPEARS_WITHIN_S) as session:
            meeting = asyncio.create_task(_meet(session, log, user_id))
            try:
                yield
                await meeting
            finally:
                await _ended(meeting)
                self._over(log)

    async def deletes_account(self, user_id: str) -> None:
        """Delete the row of the user's account behind the platform's back. One strike is one row."""
        log = _log("DeleteAccount")
        async with open_session(self._url) as session, session.transaction():
            await session.execute(SET_USER, contract.USER_SETTING, user_id)
            done = await session.execute(contract.DELETE_OWN_ACCOUNT)
        log["struck_s"] = [monotonic_s()] * int(done.split()[-1])
        self._over(log)

    def _over(self, log: dict[str, Any]) -> None:
        struck_s: list[float] = log["struck_s"]
        count = len(struck_s)
        self._on_fault(FaultLog(**{"healed_s": monotonic_s(), **log}, matches=count, connections=count))


def _log(name: str, **rule: Any) -> dict[str, Any]:
    return {
        "name": name,
        "target": DATABASE,
        "rule": {"kind": name, **rule},
        "started_s": monotonic_s(),
        "struck_s": [],
    }


async def _hold(session: Session, transaction: Transaction, log: dict[str, Any], hold_s: float) -> None:
    """Note each transaction that was seen waiting for us and then, with our lock still held, was not any more."""
    until_s, before = monotonic_s() + patience(hold_s), set[tuple[Any, ...]]()
    while monotonic_s() < until_s:
        waiting = {tuple(row.values()) for row in await rows(session, WAITING_FOR_ME)}
        log["struck_s"] += [monotonic_s()] * len(before - waiting)
        before = waiting
        await asyncio.sleep(LOOK_EVERY_S)
    await transaction.rollback()
    log["healed_s"] = monotonic_s()


async def _meet(session: Session, log: dict[str, Any], user_id: str) -> None:
    if not await _comes(lambda: _asks_as(session, user_id, contract.RUNNING_RUNS)):
        return
    async with acting_as(session, contract.USER_SETTING, user_id):
        await session.execute(contract.LOCK_OWN_ACCOUNT)
        if not await _comes(lambda: rows(session, WAITING_FOR_ME)):
            return
        try:
            await session.execute(f"lock table {contract.EFFECT_TABLE} in share mode")
        except DeadlockVictim:
            return  # the server has chosen us: nobody else was struck
        log["struck_s"].append(monotonic_s())
    log["healed_s"] = monotonic_s()


async def _asks_as(session: Session, user_id: str, sql: str) -> Any:
    async with acting_as(session, contract.USER_SETTING, user_id):
        return await rows(session, sql)


async def _comes(question: Callable[[], Awaitable[Any]]) -> bool:
    return await wait_until(question, deadline_s=APPEARS_WITHIN_S, every_s=LOOK_EVERY_S) is not None


async def _ended(task: "asyncio.Task[None]") -> None:
    """Cancelled unless it is done, and awaited; its outcome is looked at by whoever started it."""
    task.cancel()
    await asyncio.wait([task])
