"""S67: each statement commits by itself, so an error in between leaves half of a step behind."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Connection, Database

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one that begins no transaction: an error undoes its own statement only."""

    class Piecemeal(Database):
        def opening(self, user_id: str) -> str:
            return super().opening(user_id).removeprefix("BEGIN; ").replace(", true)", ", false)")

        async def commit(self, connection: Connection) -> None:
            """Nothing is left to commit."""

        async def roll_back(self, connection: Connection) -> None:
            hit()

    parts.database = Piecemeal


DEFECT = Defect(
    id="S67",
    story="After an error a message is there without its run's first event, and nobody will ever answer it.",
    expected_killer=Killer("d5_errors_keep_integrity", "no_half_unit", slow=True),
    install=install,
)
