"""Who gets in, and who does not."""

import base64
import json
import time
from typing import Any

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
