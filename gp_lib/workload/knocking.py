"""Somebody without a good token tries the door, and looks whether it is open."""

from typing import get_args

from gp_lib import contract
from gp_lib.clients.tokens import BadToken, bad_token
from gp_lib.clients.websocket import Way, open_websocket
from gp_lib.dialects import golden_path
from gp_lib.errors import ConnectionLost, SettingsError, UnexpectedReply
from gp_lib.workload.person import Person
from gp_lib.workload.recorder import Doing, doing
from gp_lib.workload.tab import Tab

BAD_TOKENS: tuple[BadToken, ...] = get_args(BadToken)
"""Every kind of token that must not open the door."""

LOOK_AROUND_S = 5.0
"""How long somebody who got a foot in the door waits for an answer or for being put out (scaled)."""


async def knocks(person: Person, kind: BadToken, *, by: Way = "header") -> None:
    """Try to connect with a token of this ``kind``; recorded as ``knocks``.

    *failed* is to be turned away (``came`` says with what: an HTTP status, or a close code after a foot was in the
    door), *ok* is to be let in: an open socket that answers or stays. Frames that come are recorded as ever.
    """
    if person.target.jwt is None:
        raise SettingsError(f"targets.{person.target.name}.jwt", "is needed to make tokens")
    name = f"{person.name}/{kind} by {by}"
    async with doing(person.history, person.name, "knocks", connection=name, token=kind, by=by) as act:
        token = bad_token(person.target.jwt, person.user_id, kind)
        try:
            socket = await open_websocket(person.target.platform_ws, name=name, token=token, by=by)
        except UnexpectedReply as refusal:
            act.note(came=refusal.came)
            raise
        tab = Tab(person.history, actor=person.name, socket=socket)
        await _look_around(tab, act)
        await tab.close()


async def _look_around(tab: Tab, act: Doing) -> None:
    """Ask for a sign of life: an answer, or silence on an open socket, means to be in."""
    try:
        await tab.send(golden_path.ping())
        await tab.until(lambda event: event.type == contract.PONG, deadline_s=LOOK_AROUND_S)
    except ConnectionLost as lost:
        act.note(came="no close frame" if lost.code is None else f"close code {lost.code}")
        act.fail(f"put out: {lost}")
