from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import psutil
import pytest

from gp_lib.clock import wait_until
from gp_lib.errors import WorkbenchError
from gp_lib.faults.control import Control
from gp_lib.services.credentials import Credentials
from gp_lib.services.model import MODEL_NAME, Model
from gp_lib.services.options import ModelEndpoint
from gp_lib.services.service import Surroundings
from gp_lib.services.stack import RunningStack, find_stack
from gp_lib.services.state import StateDir
from gp_lib.settings import StackDescription, load_stack
from tests.processes import family, gone


def controls(stack: StackDescription) -> Control:
    return Control(stack.control.host, stack.control.port, stack.control.token)


async def defects_of(stack: StackDescription) -> set[str]:
    async with httpx.AsyncClient(base_url=stack.urls.platform_direct_http) as client:
        answer = await client.get("/defects")
    return set(answer.json()) if answer.status_code == 200 else set()


async def test_the_platform_is_reached_through_the_edge_and_directly(stack: StackDescription) -> None:
    assert stack.urls.platform_ws.endswith("/ws")
    assert stack.urls.platform_http != stack.urls.platform_direct_http
    async with httpx.AsyncClient() as client:
        for door in (stack.urls.platform_http, stack.urls.platform_direct_http):
            assert (await client.get(f"{door}/readyz")).status_code == 200


async def test_the_platform_comes_back_with_other_defects_on_the_same_port(
    private_stack: Callable[..., RunningStack],
) -> None:
    stack = private_stack(defects=["S07"]).description
    assert await defects_of(stack) == {"S07"}
    async with controls(stack) as control:
        report = await control.call("process.restart", service="platform", defects=["S09", "S35"])
        assert await defects_of(stack) == {"S09", "S35"}
        assert report["port"] == stack.services["platform"].port
        with pytest.raises(WorkbenchError, match="S99"):  # in the platform's own words
            await control.call("process.restart", service="platform", defects=["S99"])
        assert (await control.call("process.status"))["platform"]["state"] == "died"
        await control.call("process.start", service="platform", defects=[], environment={"GP_PLATFORM_POOL_SIZE": "1"})
    assert await defects_of(stack) == set()
    after = find_stack(stack.state_dir)
    assert after is not None
    environment = psutil.Process(after.services["platform"].pid).environ()
    assert environment["GP_PLATFORM_POOL_SIZE"] == "1"


async def test_the_platform_reaches_every_store_and_the_model_through_a_proxy_only(stack: StackDescription) -> None:
    platform = load_stack(stack.state_dir / "stack.json").services["platform"]  # other tests restart it
    environment = psutil.Process(platform.pid).environ()
    direct = [f":{service.port}" for name, service in stack.services.items() if name != "platform"]
    urls = [value for name, value in environment.items() if name.endswith("_URL")]
    assert len(urls) == 5
    assert not [url for url in urls if any(port in url for port in direct)]


async def test_a_killed_supervisor_takes_a_complete_stack_along(private_stack: Callable[..., RunningStack]) -> None:
    stack = private_stack().description
    everyone = family(stack.supervisor_pid)
    assert len(everyone) > 6
    everyone[0].kill()
    assert gone(everyone)


@pytest.fixture
async def foreign_model(tmp_path: Path) -> AsyncIterator[ModelEndpoint]:
    """A model that no stack started."""
    state, credentials = StateDir(tmp_path), Credentials.fresh()
    state.make()
    model = Model(Surroundings(state, credentials, lambda service: None))
    await model.start()
    yield ModelEndpoint(url=model.url(), key=credentials.model_key, name=MODEL_NAME)
    await model.stop()


async def test_a_model_can_be_attached_instead_of_started(
    private_stack: Callable[..., RunningStack], foreign_model: ModelEndpoint
) -> None:
    stack = private_stack(model=foreign_model.model_dump()).description
    assert stack.urls.model == foreign_model.url
    assert (stack.services["model"].source, stack.services["model"].pid) == ("attached", 0)
    environment = psutil.Process(stack.services["platform"].pid).environ()
    assert environment["GP_PLATFORM_MODEL_URL"].endswith("/v1")
    assert environment["GP_PLATFORM_MODEL_URL"] != foreign_model.url  # a proxy stands before it
    async with controls(stack) as control:
        assert "model" not in await control.call("process.status")


async def test_clickhouse_comes_back_after_a_kill_with_what_it_had_acknowledged(
    private_stack: Callable[..., RunningStack],
) -> None:
    stack = private_stack(services=["clickhouse"]).description
    async with httpx.AsyncClient(base_url=stack.urls.clickhouse) as client, controls(stack) as control:
        for sql in (
            "CREATE TABLE golden_path.kept (what String) ENGINE = MergeTree ORDER BY what",
            "INSERT INTO golden_path.kept VALUES ('this')",
        ):
            assert (await client.post("/", content=sql)).status_code == 200
        await control.call("process.signal", service="clickhouse", signal="KILL")
        await control.call("process.start", service="clickhouse")
        answer = await client.post("/", content="SELECT what FROM golden_path.kept")
    assert answer.text == "this\n"


@pytest.mark.parametrize("store", ["postgres", "valkey"])
async def test_a_fault_strikes_between_the_platform_and_its_store(stack: StackDescription, store: str) -> None:
    async with controls(stack) as control, httpx.AsyncClient(base_url=stack.urls.platform_http) as client:

        async def ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        rule = {"kind": "Refuse", "drop_live": True}
        imposed = await control.call("faults.impose", proxy=store, rule=rule)
        touched = await control.call("faults.heal", proxy=store, id=imposed["id"])
        assert touched["connections"] > 0
        assert await wait_until(ready, deadline_s=20)
