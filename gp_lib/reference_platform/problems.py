"""What can go wrong inside the platform, and which of it a user may be told."""

from collections.abc import Mapping
from typing import Any

from . import protocol


class PlatformError(Exception):
    """Base of everything the platform raises on purpose."""


class BadSetting(PlatformError):
    """An environment variable is missing or makes no sense; ``variable`` names it."""

    def __init__(self, variable: str, problem: str) -> None:
        self.variable = variable
        super().__init__(f"{variable} {problem}")


class Refusal(PlatformError):
    """Input that cannot be served; becomes an ``error_message``, so ``message`` is written for the client."""

    code = protocol.INVALID_PAYLOAD

    def __init__(self, message: str, **details: Any) -> None:
        self.message = message
        self.details: Mapping[str, Any] = details
        super().__init__(message)


class NotJson(Refusal):
    """The frame is no JSON object."""

    code = protocol.JSON_PARSE_ERROR


class UnknownType(Refusal):
    """The frame's type is none of the protocol's."""

    code = protocol.UNKNOWN_TYPE


class InvalidPayload(Refusal):
    """The frame's payload lacks something or has it wrong."""

    code = protocol.INVALID_PAYLOAD


class Forbidden(Refusal):
    """The session may not do this."""

    code = protocol.FORBIDDEN


class NotFound(Refusal):
    """There is no such thing, or it is somebody else's: the two answers are the same on purpose."""

    code = protocol.NOT_FOUND


class RateLimited(Refusal):
    """Too many messages in too short a time."""

    code = protocol.RATE_LIMITED


class Unavailable(Refusal):
    """A store that is needed for the answer cannot be reached now."""

    code = protocol.UNAVAILABLE


class Unauthenticated(PlatformError):
    """The token is missing, expired, forged, or meant for somebody else."""


class StoreLost(PlatformError):
    """The connection to a store broke before the step was committed: nothing of it happened, it may be repeated."""


class OutcomeUnknown(PlatformError):
    """The connection broke during COMMIT: the step may have happened or not."""


class Fenced(PlatformError):
    """The run no longer belongs to this gateway: somebody else took it over or ended it."""


class ModelSilent(PlatformError):
    """The model did not answer within its deadline, broke off, or refused; the sentence is fit for users."""


class ToolFailed(PlatformError):
    """A tool cannot do its job; the sentence is fit for users and for the model."""
