"""Promises about the front door: the right people get in, soon and well received, and only they."""

from collections.abc import Iterator
from statistics import fmean

from gp_lib import contract
from gp_lib.checks.lag import unless_starved
from gp_lib.checks.promise import Finding, promise
from gp_lib.dialects import fields
from gp_lib.dialects.visible import is_visible
from gp_lib.history import Event, History, Operation

CONNECTS = "connects"
KNOCKS = "knocks"
NOBODY_CAME = "nobody connected"
NOBODY_KNOCKED = "nobody knocked without a good token"


def _done(history: History, action: str) -> Iterator[tuple[int, Operation]]:
    for index, operation in history.indexed(Operation):
        if operation.action == action:
            yield index, operation


def _frames(history: History) -> dict[str, list[tuple[int, Event]]]:
    """What came over each connection, in order."""
    found: dict[str, list[tuple[int, Event]]] = {}
    for index, event in history.indexed(Event):
        found.setdefault(event.connection, []).append((index, event))
    return found


@promise("whoever has a valid token gets in by {by}", about="{by}")
def valid_token_lets_in(history: History, *, by: str) -> Finding:
    """Everybody who came with a valid token, by ``header`` or by ``subprotocol``, is connected and welcomed."""
    finding = Finding(f"nobody came by {by}")
    for index, act in _done(history, CONNECTS):
        if act.detail.get("by") != by:
            continue
        finding.seen += 1
        if act.outcome != "ok":
            sentence = f"{act.actor} did not get in: {act.detail.get('why', 'no reason')}"
            (finding.break_ if act.outcome == "failed" else finding.doubt)(sentence, index)
    return finding


@promise("connected and welcomed in less than {limit_ms} ms on average")
def welcomed_within(history: History, *, limit_ms: float) -> Finding:
    """From the first byte of the handshake to the welcome, averaged over first visits and over later ones apart.

    A first visit may have an account to create; averaged together, the later ones would hide it. The figure is the
    slower of the two means.
    """
    finding = Finding("nobody got in", unit="ms", limit=limit_ms)
    for kind, visits in _visits(history).items():
        finding.seen += len(visits)
        mean_ms = fmean((act.ended_s - act.started_s) * 1000 for _, act in visits)
        finding.measured = max(mean_ms, finding.measured or 0.0)
        if mean_ms >= limit_ms:
            finding.break_(f"{kind} visits waited {mean_ms:.0f} ms for the welcome", *(index for index, _ in visits))
    return unless_starved(finding, history)


def _visits(history: History) -> dict[str, list[tuple[int, Operation]]]:
    """Those who got in, by whether it was their user's first time."""
    found: dict[str, list[tuple[int, Operation]]] = {}
    known: set[object] = set()
    for index, act in _done(history, CONNECTS):
        user_id = act.detail.get("user_id")
        if act.outcome == "ok":
            found.setdefault("later" if user_id in known else "first", []).append((index, act))
        known.add(user_id)
    return found


@promise("the first frame is a complete welcome")
def welcome_is_complete(history: History) -> Finding:
    """The first frame of everybody who got in says every field of the contract, each with a value that is right.

    A connection id is nobody else's, and the user is the one who came.
    """
    finding = Finding(NOBODY_CAME)
    frames = _frames(history)
    owners: dict[str, str] = {}
    for index, act in _done(history, CONNECTS):
        came = frames.get(str(act.detail.get("connection")), [])
        if act.outcome != "ok" or not came:
            continue
        finding.seen += 1
        first, welcome = came[0]
        for problem in _problems(welcome, act):
            finding.break_(f"{act.actor}'s welcome: {problem}", first)
        name = fields.identity(welcome.body.get("connection_id"))
        if name is not None and owners.setdefault(name, welcome.connection) != welcome.connection:
            finding.break_(f"{act.actor}'s welcome: its connection_id is another connection's too", first, index)
    return finding


def _problems(welcome: Event, act: Operation) -> Iterator[str]:
    body = welcome.body
    right = {
        "type": body.get("type") == contract.WELCOME,
        "connection_id": isinstance(body.get("connection_id"), str) and is_visible(body["connection_id"]),
        "user_id": body.get("user_id") == act.detail.get("user_id"),
        "server_time": _is_utc(body.get("server_time")),
        "connection_ready": body.get("connection_ready") is True,
        "protocol": body.get("protocol") == contract.PROTOCOL,
    }
    for field in contract.WELCOME_FIELDS:
        if field not in body:
            yield f"{field} is missing"
        elif not right[field]:
            yield f"{field} is {fields.shown(body[field])}"


def _is_utc(stamp: object) -> bool:
    """Whether this is a time as in RFC 3339, in UTC; it may have any number of digits behind the second."""
    return fields.moment(stamp) is not None and str(stamp).endswith(("Z", "z", "+00:00", "-00:00"))


@promise("a token that came as Sec-WebSocket-Protocol is echoed")
def subprotocol_is_echoed(history: History) -> Finding:
    """Browsers close a socket whose subprotocol was not echoed to the character."""
    finding = Finding("nobody got in by subprotocol")
    for index, act in _done(history, CONNECTS):
        echoed = act.detail.get("echoed")
        if act.outcome == "ok" and echoed is not None:
            finding.seen += 1
            if not echoed:
                finding.break_(f"{act.actor}'s subprotocol was not echoed", index)
    return finding


@promise("an expired token is refused")
def expired_token_is_refused(history: History) -> Finding:
    """Whoever knocks with an expired token does not get in."""
    return _refused(history, "expired")


@promise("a token that is {kind} is refused", about="{kind}")
def bad_token_is_refused(history: History, *, kind: str) -> Finding:
    """Whoever knocks with a token of this ``kind`` (missing, forged, for another audience …) does not get in."""
    return _refused(history, kind)


def _refused(history: History, kind: str) -> Finding:
    finding = Finding(f"nobody knocked with a token that is {kind}")
    for index, act in _done(history, KNOCKS):
        if act.detail.get("token") != kind:
            continue
        finding.seen += 1
        how = f"by {act.detail.get('by')}"
        if act.outcome == "ok":
            finding.break_(f"{act.actor} got in {how} with a token that is {kind}", index)
        elif act.outcome == "unknown":
            finding.doubt(f"{act.actor} knocked {how}: {act.detail.get('why', 'no reason')}", index)
    return finding


@promise("whoever is turned away is answered HTTP {status}, before any frame")
def refused_before_any_frame(history: History, *, status: int = contract.UNAUTHORIZED) -> Finding:
    """A refusal is an HTTP answer to the handshake: no upgrade, no welcome, no close frame."""
    finding = Finding("nobody was turned away")
    frames = _frames(history)
    for index, act in _done(history, KNOCKS):
        if act.outcome != "failed":
            continue
        finding.seen += 1
        what = f"{act.actor}, whose token is {act.detail.get('token')} (by {act.detail.get('by')}),"
        if came := frames.get(str(act.detail.get("connection"))):
            finding.break_(f"{what} was sent {came[0][1].type} before being turned away", came[0][0], index)
        elif act.detail.get("came") != f"HTTP {status}":
            finding.break_(f"{what} was turned away with {act.detail.get('came')}", index)
    return finding
