from collections.abc import Iterator

import clickhouse_connect
import httpx
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from .serving import Running, serving

PASSWORD = "pass:wörd"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data_dir = tmp_path_factory.mktemp("locked") / "data"
    with serving(data_dir, GP_CLICKHOUSE_USER="gp", GP_CLICKHOUSE_PASSWORD=PASSWORD) as running:
        yield running


def ask(locked: Running, **request: object) -> httpx.Response:
    return httpx.post(locked.url, content="SELECT 1", **request)  # type: ignore[arg-type]


def test_each_way_to_name_a_user_lets_in(locked: Running) -> None:
    headers = {"X-ClickHouse-User": "gp", "X-ClickHouse-Key": "wrong"}
    assert ask(locked, params={"user": "gp", "password": PASSWORD}).text == "1\n"
    assert ask(locked, auth=("gp", PASSWORD)).text == "1\n"
    assert ask(locked, headers=headers).status_code == 403


def test_the_key_header_lets_in(tmp_path_factory: pytest.TempPathFactory) -> None:
    data_dir = tmp_path_factory.mktemp("plain") / "data"
    with serving(data_dir, GP_CLICKHOUSE_PASSWORD="plain") as running:
        headers = {"X-ClickHouse-User": "default", "X-ClickHouse-Key": "plain"}
        assert ask(running, headers=headers).text == "1\n"


@pytest.mark.parametrize(
    "request_",
    [
        {"auth": ("gp", "wrong")},
        {"auth": ("default", PASSWORD)},
        {"params": {"user": "gp"}},
        {"params": {"user": "gp", "password": PASSWORD}, "auth": ("gp", PASSWORD)},
        {"headers": {"Authorization": "Bearer x"}},
        {"headers": {"Authorization": "Basic ???"}},
    ],
)
def test_who_is_not_known_is_refused(locked: Running, request_: dict[str, object]) -> None:
    response = ask(locked, **request_)
    assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (403, "516")
    assert PASSWORD not in response.text


def test_who_says_nothing_is_asked(locked: Running) -> None:
    response = ask(locked)
    assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (401, "194")
    assert response.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_ping_needs_no_password(locked: Running) -> None:
    assert httpx.get(f"{locked.url}/ping").text == "Ok.\n"


def test_a_server_without_password_knows_one_user(http: httpx.Client) -> None:
    assert http.post("/", content="SELECT 1", auth=("default", "anything")).text == "1\n"
    assert http.post("/", content="SELECT 1", auth=("nobody", "")).status_code == 403


def test_clickhouse_connect_signs_in_and_is_refused(locked: Running) -> None:
    client = clickhouse_connect.get_client(host="127.0.0.1", port=locked.port, username="gp", password=PASSWORD)
    assert client.command("SELECT 1") == 1
    client.close()
    with pytest.raises(DatabaseError, match="AUTHENTICATION_FAILED"):
        clickhouse_connect.get_client(host="127.0.0.1", port=locked.port, username="gp", password="wrong")
