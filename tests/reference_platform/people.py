"""People who use the platform: tokens, sockets, questions."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .gateways import Gateway

Frame = dict[str, Any]
SAVINGS = "Where can I find savings?"
DETAILED = "Please explain my savings in detail."


def somebody() -> str:
    """A user id that nobody has had before."""
    return f"user-{uuid.uuid4().hex}"


def token_for(user_id: str, secret: str, **claims: Any) -> str:
    """A JWT as the platform wants it, except for ``claims``; ``None`` takes a claim out."""
    now = int(time.time())
    usual = {
        "sub": user_id,
        "email": f"{user_id}@example.com",
        "permissions": ["chat"],
        "iat": now,
        "exp": now + 600,
        "iss": "golden-path",
        "aud": "golden-path-platform",
        "jti": str(uuid.uuid4()),
    }
    body = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(body, secret, algorithm="HS256")


class Person:
    """A user at one socket. ``welcome`` is the first frame; ``frames`` are all that came after it."""

    def __init__(self, user_id: str, connection: ClientConnection, welcome: Frame) -> None:
        self.user_id = user_id
        self.connection = connection
        self.welcome = welcome
        self.frames: list[Frame] = []

    async def send(self, type_: str, **payload: Any) -> None:
        """Send a message of the protocol."""
        await self.connection.send(json.dumps({"type": type_, "payload": payload}))

    async def receive(self, within_s: float = 20.0) -> Frame:
        """The next frame."""
        async with asyncio.timeout(within_s):
            frame: Frame = json.loads(await self.connection.recv())
        self.frames.append(frame)
        return frame

    async def say(self, content: str = SAVINGS, **payload: Any) -> str:
        """Ask without waiting for the answer; returns the message id."""
        message_id = str(payload.setdefault("message_id", str(uuid.uuid4())))
        await self.send("user_message", content=content, **payload)
        return message_id

    async def until_end(self, within_s: float = 60.0, run_id: str | None = None) -> list[Frame]:
        """The events of a run (``None``: of the next that ends) up to its terminal one."""
        events: list[Frame] = []
        async with asyncio.timeout(within_s):
            while True:
                frame = await self.receive(within_s)
                assert frame["type"] != "error_message", frame
                if "seq" in frame and run_id in (None, frame["run_id"]):
                    events.append(frame)
                    if is_end(frame):
                        return events

    async def ask(self, content: str = SAVINGS, **payload: Any) -> list[Frame]:
        """Ask and wait for the whole story."""
        await self.say(content, **payload)
        return await self.until_end()


def is_end(frame: Frame) -> bool:
    """Whether this is a run's terminal event."""
    return frame.get("agent_name") == "supervisor" and frame["type"] in ("agent_completed", "agent_error")


def deltas(events: list[Frame]) -> str:
    """The answer as it was streamed."""
    return "".join(event["payload"].get("delta", "") for event in events)


def results_of(events: list[Frame], tool_name: str) -> list[Any]:
    """What the calls of a tool returned, in the order of their completion."""
    told = [event["payload"] for event in events if event["type"] == "tool_completed"]
    return [payload["result"] for payload in told if payload["tool_name"] == tool_name and payload["status"] == "ok"]


async def until_closed(person: Person) -> ConnectionClosed:
    """Receive until the other side closes; returns how it did."""
    try:
        while True:
            await person.receive()
    except ConnectionClosed as closed:
        return closed


@asynccontextmanager
async def at(gateway: Gateway, user_id: str | None = None, **claims: Any) -> AsyncIterator[Person]:
    """Somebody (``None``: somebody new) who is connected to ``gateway``."""
    user_id = user_id or somebody()
    headers = {"Authorization": f"Bearer {token_for(user_id, gateway.home.secret, **claims)}"}
    async with connect(
        gateway.ws,
        additional_headers=headers,
        compression=None,
        proxy=None,
        close_timeout=2,
    ) as connection:
        yield Person(user_id, connection, json.loads(await connection.recv()))
