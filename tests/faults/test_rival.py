"""A rival is truly in the way of other transactions, and notes only those that it met."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from gp_lib.clients.session import Session, acting_as, open_session
from gp_lib.clock import wait_until
from gp_lib.faults.rival import Rival
from gp_lib.faults.strikes import FaultLog
from gp_lib.settings import StackDescription

USER = "platform.user_id"
INSERT = "insert into platform.invoices (user_id, invoice_id, amount, issued_on) values ($1, $2, 1, now())"


@pytest.fixture
async def other(stack: StackDescription) -> AsyncIterator[Session]:
    """Another client of the database, in the platform's role."""
    async with open_session(stack.urls.postgres_app) as session:
        yield session


@pytest.fixture
async def user_id(other: Session) -> str:
    """A new user, whose row is committed."""
    user_id = f"rival-{uuid.uuid4().hex[:8]}"
    async with other.transaction():
        await other.execute("select set_config($1, $2, true)", USER, user_id)
        await other.execute("insert into platform.users (user_id, email) values ($1, 'x@example.com')", user_id)
    return user_id


async def test_a_held_lock_strikes_whoever_gives_up_waiting(
    stack: StackDescription, other: Session, user_id: str
) -> None:
    logs: list[FaultLog] = []
    async with (
        Rival(stack.urls.postgres_app, logs.append).locks("platform.invoices", hold_s=1.0),
        acting_as(other, USER, user_id),
    ):
        await other.execute("set local lock_timeout = '200ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await other.execute(INSERT, user_id, "one")
    (log,) = logs
    assert (log.name, len(log.struck_s)) == ("HoldLock", 1)
    assert log.healed_s is not None
    assert log.healed_s - log.started_s >= 1.0


async def test_whoever_waits_to_the_end_of_the_lock_was_not_struck(
    stack: StackDescription, other: Session, user_id: str
) -> None:
    logs: list[FaultLog] = []
    async with (
        Rival(stack.urls.postgres_app, logs.append).locks("platform.invoices", hold_s=0.4),
        acting_as(other, USER, user_id),
    ):
        await other.execute(INSERT, user_id, "one")
    assert logs[0].touched_nothing


async def test_a_deadlock_has_a_victim_on_the_other_side(stack: StackDescription, other: Session, user_id: str) -> None:
    logs: list[FaultLog] = []
    run_id = await _running_run(other, user_id)
    file = (
        "insert into platform.saving_actions (action_id, user_id, run_id, call_id, service, monthly_saving)"
        " values ($1, $2, $3, 'c', 's', 1)"
    )
    async with Rival(stack.urls.postgres_app, logs.append).deadlocks(user_id):
        assert await wait_until(lambda: _account_is_locked(other, user_id), deadline_s=10)
        async with acting_as(other, USER, user_id):
            with pytest.raises(asyncpg.DeadlockDetectedError):
                await other.execute(file, uuid.uuid4(), user_id, run_id)
    assert len(logs[0].struck_s) == 1
    await Rival(stack.urls.postgres_app, logs.append).deletes_account(user_id)
    assert len(logs[1].struck_s) == 1


async def _account_is_locked(session: Session, user_id: str) -> bool:
    async with acting_as(session, USER, user_id):
        return not await session.fetch("select 1 from platform.users for update skip locked")


async def _running_run(session: Session, user_id: str) -> uuid.UUID:
    run_id, thread_id = uuid.uuid4(), uuid.uuid4()
    async with session.transaction():
        await session.execute("select set_config($1, $2, true)", USER, user_id)
        await session.execute("insert into platform.threads values ($1, $2, 'x')", thread_id, user_id)
        await session.execute(
            "insert into platform.runs (run_id, user_id, thread_id, message_id, gateway_id, status)"
            " values ($1, $2, $3, 'm', 'nobody', 'running')",
            run_id,
            user_id,
            thread_id,
        )
    return run_id


async def test_an_account_that_is_not_there_is_not_deleted(stack: StackDescription) -> None:
    logs: list[FaultLog] = []
    await Rival(stack.urls.postgres_app, logs.append).deletes_account("nobody")
    assert logs[0].touched_nothing
