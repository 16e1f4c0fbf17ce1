import asyncpg
from redis.asyncio import Redis

from gp_lib.settings import StackDescription


async def test_the_three_roles_can_log_in_and_only_the_auditor_passes_row_level_security(
    stack: StackDescription,
) -> None:
    for url, role, passes in (
        (stack.urls.postgres_app, "gp_app", False),
        (stack.urls.postgres_auditor, "gp_auditor", True),
    ):
        session = await asyncpg.connect(url)
        row = await session.fetchrow(
            "SELECT rolname, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        await session.close()
        assert row is not None
        assert tuple(row) == (role, passes, False)


async def test_what_is_committed_is_on_disk_and_has_its_commit_time(stack: StackDescription) -> None:
    session = await asyncpg.connect(stack.urls.postgres_admin)
    settings = ("fsync", "synchronous_commit", "full_page_writes", "track_commit_timestamp")
    values = [await session.fetchval(f"SHOW {name}") for name in settings]
    await session.close()
    assert values == ["on"] * 4


async def test_valkey_answers_with_the_password_of_the_stack(stack: StackDescription) -> None:
    async with Redis.from_url(stack.urls.valkey) as valkey:
        assert await valkey.ping()
