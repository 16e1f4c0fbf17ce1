"""The secrets of one stack: random, in memory and in ``stack.json`` only."""

import secrets
from dataclasses import astuple, dataclass, field
from typing import Self


def _secret() -> str:
    return secrets.token_hex(20)


@dataclass(frozen=True, repr=False)
class Credentials:
    """One password a role and service; all hexadecimal, so they need no quoting anywhere."""

    postgres_admin: str = field(default_factory=_secret)
    gp_owner: str = field(default_factory=_secret)
    gp_app: str = field(default_factory=_secret)
    gp_auditor: str = field(default_factory=_secret)
    valkey: str = field(default_factory=_secret)
    clickhouse: str = field(default_factory=_secret)
    model_key: str = field(default_factory=_secret)
    jwt: str = field(default_factory=_secret)
    control: str = field(default_factory=_secret)

    @classmethod
    def fresh(cls, model_key: str | None = None) -> Self:
        """New random ones; ``model_key`` is the attached model's, ``None`` for the scripted one."""
        return cls(model_key=model_key) if model_key else cls()

    def redact(self, text: str) -> str:
        """``text`` without any of these secrets."""
        for secret in astuple(self):
            text = text.replace(secret, "[secret]")
        return text
