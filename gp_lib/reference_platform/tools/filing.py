"""``file_saving(service, monthly_saving)``: the tool with an effect. It happens once, however often it is tried."""

import uuid
from decimal import Decimal, InvalidOperation

from gp_lib.reference_platform.problems import ToolFailed
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.stores.postgres import Connection, Database

from .calls import ToolCall
from .savings import to_cents

LONGEST_SERVICE = 200
FILE = """
insert into platform.saving_actions (action_id, user_id, run_id, call_id, service, monthly_saving)
values ($1, $2, $3, $4, $5, $6) on conflict (run_id, call_id) do nothing
"""


class FileSaving:
    """Files a saving to be carried out."""

    name = "file_saving"
    # An effect that was asked for is worth waiting for: this outlasts a restart of the database.
    retry_s = 3.5

    def __init__(self, database: Database) -> None:
        self._database = database

    def idempotency_key(self, call: ToolCall) -> str:
        """What makes a second attempt of the same call recognisable."""
        return call.call_id

    async def run(self, context: RunContext, call: ToolCall) -> dict[str, str]:
        """File it, unless an earlier attempt of this call has.

        Raises:
            ToolFailed: the service or the amount makes no sense.
        """
        service, amount = _checked(call)

        async def file(connection: Connection) -> None:
            key = self.idempotency_key(call)
            ids = context.ids
            await connection.execute(FILE, uuid.uuid4(), ids.user_id, ids.run_id, key, service, amount)

        await self._database.transact(context.ids.user_id, file)
        return filed(call)


def filed(call: ToolCall) -> dict[str, str]:
    """What is said of a saving that was filed."""
    service, amount = _checked(call)
    return {"service": service, "monthly_saving": str(amount), "currency": "USD", "status": "filed"}


def _checked(call: ToolCall) -> tuple[str, Decimal]:
    service = call.parameters.get("service")
    if not isinstance(service, str) or not 0 < len(service) <= LONGEST_SERVICE:
        raise ToolFailed("the service to save on is not named")
    try:
        amount = to_cents(Decimal(str(call.parameters.get("monthly_saving"))))
    except InvalidOperation as error:
        raise ToolFailed("the monthly saving is no amount of money") from error
    if not 0 < amount < Decimal(10) ** 12:
        raise ToolFailed("the monthly saving is not positive")
    return service, amount
