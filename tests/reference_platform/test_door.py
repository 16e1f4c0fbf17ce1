"""Who gets in, and who does not."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from .gateways import Gateway
from .people import at, somebody, token_for


def _unsigned(user_id: str) -> str:
    parts: list[dict[str, Any]] = [{"alg": "none", "typ": "JWT"}, {"sub": user_id, "exp": 4_000_000_000, "iat": 1}]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def _bad_tokens(secret: str) -> dict[str, str]:
    user_id = somebody()
    return {
        "expired": token_for(user_id, secret, exp=1_000_000_000),
        "forged": token_for(user_id, secret[::-1]),
        "unsigned": _unsigned(user_id),
        "for another audience": token_for(user_id, secret, aud="somebody-else"),
        "from another issuer": token_for(user_id, secret, iss="somebody-else"),
        "without end": token_for(user_id, secret, exp=None),
        "without subject": token_for(user_id, secret, sub=None),
        "another algorithm": jwt.encode({"sub": user_id, "exp": 4_000_000_000, "iat": 1}, secret, algorithm="HS512"),
        "nonsense": "abc",
    }


@pytest.mark.parametrize("kind", list(_bad_tokens("x" * 70)))
async def test_a_bad_token_is_refused_before_any_frame(gateway: Gateway, kind: str) -> None:
    token = _bad_tokens(gateway.home.secret)[kind]
    with pytest.raises(InvalidStatus) as refusal:
        await connect(gateway.ws, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None)
    assert refusal.value.response.status_code == 401
    assert (await gateway.get("/threads", token)).status_code == 401


async def test_nobody_gets_in_without_a_token(gateway: Gateway) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        await connect(gateway.ws, proxy=None)
    assert refusal.value.response.status_code == 401
    assert (await gateway.get("/threads")).status_code == 401


async def test_a_token_may_come_as_a_subprotocol_which_is_echoed(gateway: Gateway) -> None:
    user_id = somebody()
    token = base64.urlsafe_b64encode(token_for(user_id, gateway.home.secret).encode()).decode().rstrip("=")
    async with connect(gateway.ws, subprotocols=[f"jwt.{token}"], proxy=None) as connection:  # type: ignore[list-item]
        assert connection.subprotocol == f"jwt.{token}"
        assert json.loads(await connection.recv())["user_id"] == user_id


async def test_a_session_that_expires_is_closed_with_1008(gateway: Gateway) -> None:
    async with at(gateway, exp=time.time() + 1.5) as person:
        with pytest.raises(ConnectionClosed) as closed:
            await person.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


async def test_a_closed_socket_is_not_counted_any_more(gateway: Gateway) -> None:
    before = await gateway.metric("gp_sockets")
    async with at(gateway):
        assert await gateway.metric("gp_sockets") == before + 1
    assert await gateway.metric("gp_sockets") == before


def _signed(payload: str, secret: str, header: str = '{"alg":"HS256","typ":"JWT"}') -> str:
    """A token of exactly this JSON, well signed: no library would write some of it."""

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    signed = f"{encoded(header.encode())}.{encoded(payload.encode())}"
    return f"{signed}.{encoded(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


GOOD = {
    "sub": '"%s"', "exp": "4000000000", "iat": "1", "iss": '"golden-path"', "aud": '"golden-path-platform"',
    "email": '"a@example.com"', "permissions": '["chat"]',
}  # fmt: skip
NUMBERS = [
    "1e999",
    "-1e999",
    "NaN",
    "1" + "0" * 400,
    "1" + "0" * 5000,
    "[]",
    "{}",
    '"soon"',
    "null",
    "[[[1]]]",
]
TEXTS = ['"\\ud800"', '"\\u0000"', '"a\\u0000b"', '["a"]', "{}", "1e999", '""', f'"{"x" * 5000}"', '"\\u202e"']


def _absurd() -> Iterator[tuple[str, str]]:
    for name in ("exp", "iat", "nbf"):
        yield from ((name, value) for value in NUMBERS if value != "null" or name == "exp")
    yield from (("sub", value) for value in TEXTS)
    yield from ((name, value) for name in ("iss", "aud") for value in TEXTS)
    yield from (("email", value) for value in TEXTS if value.startswith('"') and value != '""')
    yield from (("permissions", value) for value in ('["\\ud800"]', "[1e999]", "[[]]", '["a\\u0000"]'))
    yield "exp", "[" * 50_000 + "]" * 50_000


def _with(name: str, value: str) -> str:
    claims = GOOD | {"sub": f'"{somebody()}"'} | {name: value}
    return "{" + ",".join(f'"{key}":{text}' for key, text in claims.items()) + "}"


@pytest.mark.parametrize(("name", "value"), list(_absurd()), ids=lambda text: text[:20])
async def test_a_well_signed_token_with_absurd_claims_is_refused(gateway: Gateway, name: str, value: str) -> None:
    token = _signed(_with(name, value), gateway.home.secret)
    if len(token) < 60_000:
        assert (await gateway.get("/threads", token)).status_code == 401
        with pytest.raises(InvalidStatus) as refusal:
            await connect(gateway.ws, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None)
        assert refusal.value.response.status_code == 401


@pytest.mark.parametrize(
    "header", ["[]", "{}", "1e999", '{"alg":[]}', '{"alg":"HS256","crit":1e999}', "[" * 20_000, '{"alg":"\\ud800"}']
)
async def test_a_token_with_an_absurd_header_is_refused(gateway: Gateway, header: str) -> None:
    token = _signed(_with("iat", "1"), gateway.home.secret, header)
    assert (await gateway.get("/threads", token)).status_code == 401


@pytest.mark.parametrize(
    "sent",
    [b"Bearer \xff\xfe", b"Bearer \xc3\xbc.\xc3\xbc.\xc3\xbc", b"\xff", b"Bearer ...", b"Bearer .", b"Basic \xff"],
)
async def test_bytes_that_are_no_text_in_a_token_are_refused(gateway: Gateway, sent: bytes) -> None:
    async with httpx.AsyncClient(base_url=gateway.http, trust_env=False) as client:
        assert (await client.get("/threads", headers=[(b"authorization", sent)])).status_code == 401
