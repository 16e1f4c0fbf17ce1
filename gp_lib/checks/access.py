"""Promises about who may reach what: strangers are refused, and learn nothing from how they are refused."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gp_lib.checks.promise import Finding, promise
from gp_lib.history import History, Operation

OWNER, OTHER = "owner", "other user"
FOREIGN, UNKNOWN = "foreign", "unknown"
DELETING = ("user", "delete")
Door = tuple[str, str]
"""A resource and a verb."""

_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Try:
    """Somebody tried a door."""

    index: int
    operation: Operation

    @property
    def door(self) -> Door:
        """Which resource and verb."""
        return str(self.operation.detail["resource"]), str(self.operation.detail["verb"])

    @property
    def identity(self) -> str:
        """With what: the owner's token, another user's, an expired one, or none."""
        return str(self.operation.detail["identity"])

    @property
    def status(self) -> str:
        """How it was answered, as a word or a number."""
        return str(self.operation.detail.get("status", "no answer"))

    @property
    def sentence(self) -> str:
        """For messages."""
        return f"{self.door[1]} {self.door[0]} with {self.identity}"


@promise("whoever is not the owner is refused: {identities} at every resource and verb")
def strangers_are_refused(history: History, *, identities: tuple[str, ...]) -> Finding:
    """Each of ``identities`` tried each door for which it makes sense, and was refused.

    A door that was shut to its owner too proves nothing by being shut to others.
    """
    finding = Finding("nobody tried any door")
    opened = {tried.door for tried in _tries(history) if tried.identity == OWNER and tried.operation.outcome == "ok"}
    if any(op.action == "is forgotten" and op.outcome == "ok" for _, op in history.indexed(Operation)):
        opened.add(DELETING)
    seen = set()
    for tried in _tries(history):
        if tried.identity not in identities or tried.operation.detail.get("id") == UNKNOWN:
            continue
        finding.seen += 1
        seen.add(tried.identity)
        if tried.operation.outcome == "ok":
            finding.break_(f"{tried.sentence} was answered {tried.status}", tried.index)
        elif tried.operation.outcome == "unknown":
            finding.doubt(f"{tried.sentence}: nobody knows how it was answered", tried.index)
        elif tried.door not in opened:
            finding.doubt(f"{tried.door[1]} {tried.door[0]} did not work for the owner either", tried.index)
    for identity in identities:
        if finding.seen and identity not in seen:
            finding.doubt(f"nobody tried with {identity}")
    return finding


@promise("a foreign id is answered like an unknown one")
def foreign_ids_answer_like_unknown_ones(history: History) -> Finding:
    """Status and body are the same, but for the ids in them: nobody learns from a refusal that something exists."""
    finding = Finding("nobody tried a foreign and an unknown id at the same door")
    pairs: dict[tuple[str, Door], dict[str, list[Try]]] = defaultdict(lambda: defaultdict(list))
    for tried in _tries(history):
        if tried.identity == OTHER and tried.operation.detail.get("id") in (FOREIGN, UNKNOWN):
            pairs[tried.operation.actor, tried.door][str(tried.operation.detail["id"])].append(tried)
    for tries in pairs.values():
        for foreign in tries[FOREIGN]:
            for unknown in tries[UNKNOWN][:1]:
                finding.seen += 1
                _compare(finding, foreign, unknown)
    return finding


def _compare(finding: Finding, foreign: Try, unknown: Try) -> None:
    if "unknown" in (foreign.operation.outcome, unknown.operation.outcome):
        finding.doubt(f"{foreign.sentence}: nobody knows how it was answered", foreign.index, unknown.index)
    elif foreign.status != unknown.status:
        how = f"{foreign.status}, an unknown id with {unknown.status}"
        finding.break_(f"{foreign.sentence}: a foreign id is answered with {how}", foreign.index, unknown.index)
    elif _normal(foreign.operation.detail) != _normal(unknown.operation.detail):
        finding.break_(f"{foreign.sentence}: the body tells foreign from unknown", foreign.index, unknown.index)


def _normal(detail: Mapping[str, object]) -> object:
    """The body without ids, and without the order of its keys."""
    text = _ID.sub("<id>", str(detail.get("body", "")))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _tries(history: History) -> Iterator[Try]:
    return (Try(index, op) for index, op in history.indexed(Operation) if op.action == "tries")


def answers_at_the_doors(history: History) -> dict[Door, dict[str, str]]:
    """How each identity was answered at each resource and verb: what the access matrix shows."""
    table: dict[Door, dict[str, str]] = {}
    for tried in _tries(history):
        who = tried.identity if tried.operation.detail.get("id") != UNKNOWN else "unknown id"
        row = table.setdefault(tried.door, {})
        row[who] = "/".join(dict.fromkeys(filter(None, [row.get(who, ""), tried.status])))
    return table
