"""Opens a run: thread, message, run and its first event, in one transaction."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.problems import NotFound, PlatformError, StoreLost, Unavailable
from gp_lib.reference_platform.protocol import Draft, Event
from gp_lib.reference_platform.stores.postgres import Connection, Database
from gp_lib.reference_platform.story.ledger import STORED, Ledger, RunIds, Story

from .context import Question

TITLE_LENGTH = 80
NEW_THREAD = """
insert into platform.threads (thread_id, user_id, title) values ($1, $2, $3) on conflict (thread_id) do nothing
"""
OWN_THREAD = "select 1 from platform.threads where thread_id = $1"
NEW_RUN = """
insert into platform.runs (run_id, user_id, thread_id, message_id, gateway_id, status)
values ($1, $2, $3, $4, $5, 'running') on conflict (user_id, message_id) do nothing
"""
NEW_MESSAGE = """
insert into platform.messages (message_pk, user_id, thread_id, run_id, message_id, role, content)
values ($1, $2, $3, $4, $5, 'user', $6)
"""
RUN_OF_MESSAGE = "select run_id::text, thread_id::text from platform.runs where message_id = $1"


class Repeated(PlatformError):
    """The message was sent before: its run exists already."""


@dataclass(frozen=True)
class Opened:
    """A run to conduct (``story`` is set), or one that an earlier copy of the message opened (``story`` is None)."""

    ids: RunIds
    question: Question
    story: Story | None


class RunOpener:
    """Turns a question into a run, once per message id, by the transaction ``opening``."""

    def __init__(self, database: Database, ledger: Ledger, opening: "type[Opening]") -> None:
        self._database = database
        self._ledger = ledger
        self._opening = opening

    async def open(
        self, user_id: str, question: Question, *, thread_id: str | None, register: Callable[[str], None]
    ) -> Opened:
        """Open the run of ``question`` in ``thread_id`` (``None``: in a new thread), or find the one it has.

        ``register`` is told the run's id before the run can exist, so that nobody takes it for an orphan.

        Raises:
            NotFound: the user has no such thread.
            Unavailable: the database stayed away.
            asyncpg.ForeignKeyViolationError: the user was deleted meanwhile.
        """
        ids = RunIds(str(uuid.uuid4()), thread_id or str(uuid.uuid4()), user_id)
        register(ids.run_id)
        try:
            event = self._ledger.compose(ids, 1, _first_words(question))
            await self._ledger.record([event], self._opening(self._ledger, event, question, thread_id is None))
        except Repeated:
            return Opened(await self._earlier(user_id, question.message_id), question, None)
        except StoreLost as error:
            raise Unavailable("the message could not be stored; please send it again") from error
        return Opened(ids, question, Story(ids, self._ledger, last_seq=1))

    async def _earlier(self, user_id: str, message_id: str) -> RunIds:
        try:
            rows = await self._database.read(user_id, RUN_OF_MESSAGE, message_id)
        except StoreLost as error:
            raise Unavailable("the message could not be looked up; please send it again") from error
        return RunIds(rows[0]["run_id"], rows[0]["thread_id"], user_id)


@dataclass(frozen=True)
class Opening:
    """The transaction that opens a run. A COMMIT without an answer may come true while this is tried again."""

    ledger: Ledger
    event: Event
    question: Question
    is_new_thread: bool

    async def __call__(self, connection: Connection) -> None:
        """Write everything the first event announces, then the event itself.

        Raises:
            NotFound: the user has no such thread.
            Repeated: the message opened another run before.
        """
        await self.write_thread(connection)
        if await self.write_run(connection):
            await self.write_message(connection)
            await self.ledger.write(connection, events=[self.event], change=None)
        elif not await connection.fetchval(STORED, self.event.event_id):
            raise Repeated

    async def write_thread(self, connection: Connection) -> None:
        """Make the new thread, unless an earlier try has, or find the user's.

        Raises:
            NotFound: the user has no such thread.
        """
        event = self.event
        if self.is_new_thread:
            title = " ".join(self.question.content.split())[:TITLE_LENGTH]
            await connection.execute(NEW_THREAD, event.thread_id, event.user_id, title)
        elif not await connection.fetchval(OWN_THREAD, event.thread_id):
            raise NotFound("there is no such thread", thread_id=event.thread_id)

    async def write_run(self, connection: Connection) -> bool:
        """Write the run, unless the message has one; whether it was written. It waits for a try that is not over."""
        event, message_id = self.event, self.question.message_id
        opened = await connection.execute(
            NEW_RUN, event.run_id, event.user_id, event.thread_id, message_id, self.ledger.gateway_id
        )
        return opened == "INSERT 0 1"

    async def write_message(self, connection: Connection) -> None:
        """Write the user's message."""
        event, message_id, content = self.event, self.question.message_id, self.question.content
        await connection.execute(
            NEW_MESSAGE, uuid.uuid4(), event.user_id, event.thread_id, event.run_id, message_id, content
        )


def _first_words(question: Question) -> Draft:
    """The root agent's start. It repeats the question, so that the user's other tabs know what is answered."""
    payload = {
        "message_id": question.message_id,
        "content": question.content,
        "references": list(question.references),
    }
    return Draft(protocol.AGENT_STARTED, protocol.ROOT_AGENT, payload)
