"""Faults that real models show, asked for by words in the question (listed in the package's docstring)."""

import re
from typing import Literal, TypeAlias, get_args

from .conversation import AgentName

Misbehaviour: TypeAlias = Literal["silent", "error 500", "rate limited", "cut", "bad tool"]
_MAGIC = re.compile(rf"\(model: ({'|'.join(get_args(Misbehaviour))})(?: at ({'|'.join(get_args(AgentName))}))?\)")
_BY_NAME: dict[str, Misbehaviour] = {name: name for name in get_args(Misbehaviour)}


def asked_misbehaviour(question: str, agent: AgentName | None) -> Misbehaviour | None:
    """The first fault in ``question`` that is meant for ``agent``, or ``None``."""
    for fault, only_agent in _MAGIC.findall(question):
        if not only_agent or only_agent == agent:
            return _BY_NAME[fault]
    return None
