import pytest

from gp_lib.services.ports import free_port
from gp_lib.services.probes import http, redis_info
from gp_lib.settings import StackDescription


async def test_nobody_there_is_an_os_error() -> None:
    for probe in (http(free_port(), "/"), redis_info(free_port(), "x")):
        with pytest.raises(OSError, match=r"[Cc]onnect"):
            await probe


async def test_a_real_http_server_answers_status_and_body(stack: StackDescription) -> None:
    port = stack.services["clickhouse"].port
    assert await http(port, "/ping") == (200, "Ok.\n")
    status, _ = await http(port, "/", body=b"SELECT 1", basic_auth="golden_path:wrong")
    assert status in (401, 403, 516)


async def test_a_server_that_does_not_speak_http_is_an_os_error(stack: StackDescription) -> None:
    with pytest.raises(OSError, match="no HTTP answer"):
        await http(stack.services["valkey"].port, "/")


async def test_a_wrong_password_gives_no_information(stack: StackDescription) -> None:
    assert await redis_info(stack.services["valkey"].port, "wrong") == {}
