"""Changes a row-level security policy as a careless migration would; the next healthy start mends it."""

import asyncpg

from gp_lib.reference_platform.config import Settings


async def loosen(settings: Settings, table: str, condition: str) -> None:
    """Let the policy of ``platform.<table>`` also show rows for which ``condition`` is true.

    The mark of the schema is changed with it: a healthy gateway then finds a schema that is not its own, and brings
    it up to date before it does anything else, whatever became of this process.
    """
    own = "user_id = current_setting('platform.user_id', true)"
    connection = await asyncpg.connect(settings.migration_url, timeout=5)
    try:
        async with connection.transaction():
            await connection.execute(f"alter policy own_rows on platform.{table} using ({own} or {condition})")
            await connection.execute("comment on schema platform is 'changed by a seeded defect'")
    finally:
        await connection.close(timeout=2)
