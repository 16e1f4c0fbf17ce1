"""Errors as OpenAI's API spells them."""

from collections.abc import Mapping
from typing import Any


class ApiProblem(Exception):
    """A request that is answered with an error.

    ``kind`` is the API's ``type``, ``code`` its machine-readable name, ``param`` the offending field;
    the last two may be ``None``, as in the API.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
        self.headers = dict(headers or {})
        super().__init__(message)

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


def wrong_key() -> ApiProblem:
    """The answer to a missing or wrong key. It never repeats what was sent."""
    return ApiProblem(
        401, "Incorrect API key provided.", code="invalid_api_key", headers={"www-authenticate": "Bearer"}
    )


def unknown_model(name: str) -> ApiProblem:
    """The answer to a model that is not served here."""
    message = f"The model `{name[:100]}` does not exist or you do not have access to it."
    return ApiProblem(404, message, code="model_not_found", param="model")


def server_error() -> ApiProblem:
    """The answer of a model whose server failed."""
    message = "The server had an error while processing your request."
    return ApiProblem(500, message, kind="server_error")


def rate_limited() -> ApiProblem:
    """The answer of a model that is asked too often; it may be asked again after one second."""
    return ApiProblem(
        429,
        "Rate limit reached for requests.",
        kind="requests",
        code="rate_limit_exceeded",
        headers={"retry-after": "1"},
    )
