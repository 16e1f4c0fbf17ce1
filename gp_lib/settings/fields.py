"""The kinds of values that settings consist of: what is malformed is refused, what is secret is made known."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from gp_lib import redaction, urls
from gp_lib.errors import SettingsError


def _known(secret: str) -> str:
    redaction.know(secret, "secret")
    return secret


def _password_known(url: str) -> str:
    urls.know_passwords(url)
    return url


def _url(schemes: Mapping[str, int], *, hostless: bool = False) -> AfterValidator:
    """A setting that is a URL: what is malformed is refused here, before any library sees it."""

    def proper(url: str) -> str:
        try:
            urls.take_apart(url, "", schemes, hostless=hostless)
        except SettingsError as error:
            raise ValueError(error.problem) from None
        return url

    return AfterValidator(proper)


Secret = Annotated[str, AfterValidator(_known)]
"""A setting that must never be seen: whoever reads one makes it known to ``redaction``."""

SecretUrl = Annotated[str, AfterValidator(_password_known)]
"""A URL whose password must never be seen."""

HttpUrl = Annotated[str, _url(urls.HTTP)]
WebSocketUrl = Annotated[str, _url(urls.WEBSOCKET)]
PostgresUrl = Annotated[str, _url(urls.POSTGRES, hostless=True)]
ValkeyUrl = Annotated[str, _url(urls.VALKEY)]
ClickHouseUrl = Annotated[str, _url(urls.CLICKHOUSE)]


class Frozen(BaseModel):
    """Settings do not change once they were read."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
