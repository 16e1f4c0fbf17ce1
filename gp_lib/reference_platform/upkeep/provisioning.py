"""Creates a user, with invoices and cost data, when a valid token is seen for the first time."""

import asyncio
import logging
from datetime import datetime

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.auth import Session
from gp_lib.reference_platform.problems import StoreLost
from gp_lib.reference_platform.stores.clickhouse import DATABASE, ColdTier
from gp_lib.reference_platform.stores.postgres import Connection, Database

from .seed_data import cost_rows, invoice_rows

log = logging.getLogger("platform.provisioning")

NEW_USER = "insert into platform.users (user_id, email) values ($1, $2) on conflict (user_id) do nothing"
NEW_INVOICE = """
insert into platform.invoices (user_id, invoice_id, amount, issued_on) values ($1, $2, $3, $4)
on conflict do nothing
"""
NOW = "select clock_timestamp()"
# Whoever claims fills the cold tier; a claim that led to nothing is free again after a few seconds.
CLAIM = """
update platform.users set data_claimed_at = clock_timestamp()
where user_id = $1 and data_ready_at is null
  and (data_claimed_at is null or data_claimed_at < clock_timestamp() - interval '3 seconds')
"""
READY = "update platform.users set data_ready_at = clock_timestamp() where user_id = $1"
IS_READY = "select 1 from platform.users where user_id = $1 and data_ready_at is not null"
ROWS = f"select count() from {DATABASE}.cost_facts where user_id = {{user_id:String}}"
COLD_S = 2.0
AT_THE_DOOR_S = 0.4
MOST_REMEMBERED = 100_000


class Provisioning:
    """Just-in-time creation of users. It remembers whom it has seen, to ask the database once per user."""

    def __init__(self, database: Database, cold: ColdTier) -> None:
        self._database = database
        self._cold = cold
        self._known: set[str] = set()
        self._with_data: set[str] = set()
        self._filling: dict[str, asyncio.Future[None]] = {}

    async def welcome(self, session: Session) -> datetime:
        """Do what is needed before ``session`` begins, and return the database's time.

        A lost tier does not keep anybody out: what is missing is made up for when it is needed.
        """
        opened_at = protocol.now()
        try:
            opened_at = await self._create_user(session)
            async with asyncio.timeout(AT_THE_DOOR_S):
                await self.ensure_data(session.user_id)
        except (StoreLost, TimeoutError) as error:
            log.warning("a user is not fully provisioned yet: %s", type(error).__name__)
        return opened_at

    async def welcome_once(self, session: Session) -> None:
        """The same, for requests that need no time: nothing is asked about a user who was seen before."""
        if session.user_id not in self._known or session.user_id not in self._with_data:
            await self.welcome(session)

    async def ensure_user(self, session: Session) -> None:
        """Make sure that the user's row is there.

        Raises:
            StoreLost: the warm tier cannot be reached.
        """
        if session.user_id not in self._known:
            await self._create_user(session)

    async def _create_user(self, session: Session) -> datetime:
        async def create(connection: Connection) -> datetime:
            if session.user_id not in self._known:
                created = await connection.execute(NEW_USER, session.user_id, session.email)
                if created == "INSERT 0 1":
                    today = protocol.now().date()
                    await connection.executemany(NEW_INVOICE, invoice_rows(session.user_id, today))
            moment: datetime = await connection.fetchval(NOW)
            return moment

        moment = await self._database.repeatable(session.user_id, create)
        _remember(self._known, session.user_id)
        return moment

    def forget(self, user_id: str) -> None:
        """The user was deleted; a later sign-in creates them anew."""
        self._known.discard(user_id)
        self._with_data.discard(user_id)

    async def ensure_data(self, user_id: str) -> None:
        """Fill the cold tier for ``user_id`` if that was not done yet.

        All who need it at the same time share one attempt. Whoever stops waiting does not stop it.

        Raises:
            StoreLost: a tier that is needed for it cannot be reached.
        """
        if user_id in self._with_data:
            return
        if user_id not in self._filling:
            filling = asyncio.ensure_future(self._fill_once(user_id))
            self._filling[user_id] = filling
            filling.add_done_callback(lambda done: self._filled(user_id, done))
        await asyncio.shield(self._filling[user_id])

    def _filled(self, user_id: str, done: "asyncio.Future[None]") -> None:
        self._filling.pop(user_id, None)
        if not done.cancelled() and (error := done.exception()) is not None:
            log.warning("the cold tier could not be filled for a user: %s", error)

    async def _fill_once(self, user_id: str) -> None:
        while user_id not in self._with_data:
            if await self._database.read(user_id, IS_READY, user_id):
                _remember(self._with_data, user_id)
            elif await self._claimed(user_id):
                await self._fill(user_id)
            else:
                await asyncio.sleep(0.05)

    async def _claimed(self, user_id: str) -> bool:
        async def claim(connection: Connection) -> bool:
            return await connection.execute(CLAIM, user_id) == "UPDATE 1"

        return await self._database.repeatable(user_id, claim)

    async def _fill(self, user_id: str) -> None:
        """Insert the rows in one block, unless an earlier claim got as far as that."""
        ((count,),) = await self._cold.query(ROWS, {"user_id": user_id}, COLD_S)
        if not count:
            await self._cold.insert("cost_facts", cost_rows(user_id, protocol.now().date()), COLD_S)

        async def ready(connection: Connection) -> bool:
            return await connection.execute(READY, user_id) == "UPDATE 1"

        await self._database.repeatable(user_id, ready)


def _remember(names: set[str], name: str) -> None:
    """Remember ``name``; forget everybody rather than grow without bound."""
    if len(names) >= MOST_REMEMBERED:
        names.clear()
    names.add(name)
