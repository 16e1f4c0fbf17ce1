"""A URL is taken apart once: what is odd in it is understood or refused, and never quoted."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_lib.errors import SettingsError
from gp_lib.urls import CLICKHOUSE, HTTP, POSTGRES, VALKEY, WEBSOCKET, Host, take_apart

STORES = [("postgresql", POSTGRES), ("redis", VALKEY), ("http", CLICKHOUSE), ("rediss", VALKEY), ("https", CLICKHOUSE)]
ENDS_A_PASSWORD = "/?#"


@pytest.mark.parametrize(("scheme", "schemes"), STORES)
@pytest.mark.parametrize("odd", list("!$&'()*+,;=:@[]{}|^~`<>\"\\ %-._ü€"))
def test_a_password_with_any_other_character_is_understood(scheme: str, schemes: dict[str, int], odd: str) -> None:
    address = take_apart(f"{scheme}://app:t0p{odd}S3cret@127.0.0.1:1/chat", "x", schemes)
    assert (address.user, address.password) == ("app", f"t0p{odd}S3cret")
    assert address.host == Host("127.0.0.1", 1)


@pytest.mark.parametrize(("scheme", "schemes"), STORES)
@pytest.mark.parametrize("odd", ENDS_A_PASSWORD)
@pytest.mark.parametrize("before", ["t0p", "12", "", "t0p:12", "t@1:12"])
def test_what_would_end_a_password_is_refused_without_a_word_of_it(
    scheme: str, schemes: dict[str, int], odd: str, before: str
) -> None:
    with pytest.raises(SettingsError, match=r"^GPATH_X: .*percent-encode it") as refused:
        take_apart(f"{scheme}://app:{before}{odd}S3cret@127.0.0.1:1/chat", "GPATH_X", schemes)
    for part in ("S3cret", "t0p", "app", "chat"):
        assert part not in str(refused.value)


@pytest.mark.parametrize(("scheme", "schemes"), STORES)
@settings(deadline=None)
@given(password=st.text(st.characters(min_codepoint=0x20, exclude_characters="\x7f", exclude_categories=["Cs"])))
def test_a_percent_encoded_password_is_what_it_was(scheme: str, schemes: dict[str, int], password: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in password.encode())
    assert take_apart(f"{scheme}://app:{encoded}@h/0", "x", schemes).password == password


@settings(deadline=None)
@given(
    url=st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("/?#@:[]%,=&"))
    | st.text(alphabet=string.printable).map(lambda rest: f"postgresql://{rest}")
)
def test_no_text_at_all_raises_anything_else(url: str) -> None:
    for schemes in (POSTGRES, VALKEY, CLICKHOUSE, HTTP, WEBSOCKET):
        try:
            take_apart(url, "x", schemes, hostless=True)
        except SettingsError as error:
            assert str(error).startswith("x: ")  # noqa: PT017  that it is the only error is the promise


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "127.0.0.1",
            "http//h",
            "ftp://h",
            "http://",
            "http://:80",
            "http://h:99999",
            "http://h:0x50",
            "http://h:-1",
        ),
        *("http://h:٣", "http://[::1", "http://[::g]/", "http://::1/", "http://a b/", "http://h/\n", "http://h\x00/"),
        *("http://h/#part", "http://h,i/", "http://<h>/", "http://h:80:80/"),
    ],
)
def test_what_is_no_url_of_one_host_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^GPATH_X: "):
        take_apart(url, "GPATH_X", HTTP)


def test_user_and_password_of_a_store_may_stand_among_its_options() -> None:
    address = take_apart("postgresql://h/chat?user=me@corp&password=a%2Fb&sslmode=require", "x", POSTGRES)
    assert (address.user, address.password, dict(address.query)) == ("me@corp", "a/b", {"sslmode": "require"})


def test_a_postgresql_may_have_several_hosts_or_none() -> None:
    several = take_apart("postgresql://a:1,[::1],b/chat", "x", POSTGRES, hostless=True)
    assert several.hosts == (Host("a", 1), Host("::1", 5432), Host("b", 5432))
    assert take_apart("postgresql:///chat?host=/run", "x", POSTGRES, hostless=True).hosts == ()


def test_a_path_of_http_may_hold_an_at() -> None:
    assert take_apart("https://h/@ana/ws", "x", HTTP).path == "/@ana/ws"


def test_a_password_is_not_shown_by_its_parts() -> None:
    assert "S3cret" not in repr(take_apart("redis://:S3cret@h/0?password=S3cret", "x", VALKEY))
