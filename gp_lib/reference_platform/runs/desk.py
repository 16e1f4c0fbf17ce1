"""Takes messages: opens their run, or finds the one they have, and starts it."""

import asyncpg

from gp_lib.reference_platform.auth import Session
from gp_lib.reference_platform.problems import NotFound, StoreLost, Unavailable
from gp_lib.reference_platform.upkeep.provisioning import Provisioning

from .context import Question
from .live import LiveRuns
from .opening import Opened, RunOpener


class FrontDesk:
    """Where a user's message becomes a run."""

    def __init__(self, opener: RunOpener, live: LiveRuns, provisioning: Provisioning) -> None:
        self._opener = opener
        self._live = live
        self._provisioning = provisioning

    async def ask(self, session: Session, question: Question, thread_id: str | None) -> Opened:
        """The run that answers ``question``, new or found; it goes on by itself.

        Raises:
            NotFound: the user has no such thread.
            Unavailable: a store that is needed cannot be reached.
        """
        try:
            await self._provisioning.ensure_user(session)
        except StoreLost as error:
            raise Unavailable("your account cannot be reached at the moment; please try again") from error
        try:
            return await self._open(session.user_id, question, thread_id)
        except asyncpg.ForeignKeyViolationError as error:
            self._provisioning.forget(session.user_id)
            raise NotFound("this account was deleted") from error

    async def _open(self, user_id: str, question: Question, thread_id: str | None) -> Opened:
        expected: list[str] = []

        def register(run_id: str) -> None:
            expected.append(run_id)
            self._live.expect(run_id)

        try:
            opened = await self._opener.open(user_id, question, thread_id=thread_id, register=register)
            if opened.story is not None:
                self._live.launch(opened)
            return opened
        finally:
            for run_id in expected:
                self._live.forget(run_id)
