"""``invoice_lookup(invoice_id)``: one of the user's invoices."""

from gp_lib.reference_platform.problems import ToolFailed
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.stores.postgres import Database

from .calls import ToolCall

INVOICE = "select invoice_id, amount::text, issued_on::text from platform.invoices where invoice_id = $1"


class InvoiceLookup:
    """Finds the user's own invoices only: row-level security sees to it."""

    name = "invoice_lookup"
    retry_s = 2.0

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, context: RunContext, call: ToolCall) -> dict[str, str]:
        """Read the invoice.

        Raises:
            ToolFailed: the user has no such invoice.
        """
        invoice_id = str(call.parameters.get("invoice_id", ""))
        rows = await self._database.read(context.ids.user_id, INVOICE, invoice_id)
        if not rows:
            raise ToolFailed(f"there is no invoice {invoice_id[:40]}")
        return {**dict(rows[0]), "currency": "USD"}
