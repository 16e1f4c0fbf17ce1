"""What the environment says about this process."""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_DELAY_MS = 60_000.0


class BadSetting(ValueError):
    """An environment variable is missing or makes no sense; ``variable`` names it."""

    def __init__(self, variable: str, problem: str) -> None:
        self.variable = variable
        super().__init__(f"{variable} {problem}")


@dataclass(frozen=True)
class Settings:
    """Where to listen, which key to ask for, and the pause before each chunk, in milliseconds."""

    host: str
    port: int
    key: str
    token_delay_ms: float


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in ``environment``.

    Raises:
        BadSetting: a variable is missing or makes no sense.
    """
    return Settings(
        host=environment.get("GP_MODEL_HOST") or "127.0.0.1",
        port=_port(_required(environment, "GP_MODEL_PORT")),
        key=_required(environment, "GP_MODEL_KEY"),
        token_delay_ms=_delay(environment.get("GP_MODEL_TOKEN_DELAY_MS") or "4"),
    )


def parse_delay_ms(text: str) -> float | None:
    """``text`` as a pause in milliseconds, or ``None`` when it is no number from 0 to one minute."""
    try:
        delay_ms = float(text)
    except ValueError:
        return None
    return delay_ms if 0.0 <= delay_ms <= LONGEST_DELAY_MS else None


def _required(environment: Mapping[str, str], variable: str) -> str:
    if value := environment.get(variable, ""):
        return value
    raise BadSetting(variable, "is not set")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65_536:
        return int(text)
    raise BadSetting("GP_MODEL_PORT", f"is {text!r}, which is no port number")


def _delay(text: str) -> float:
    delay_ms = parse_delay_ms(text)
    if delay_ms is None:
        raise BadSetting("GP_MODEL_TOKEN_DELAY_MS", f"is {text!r}, which is no number from 0 to 60000")
    return delay_ms
