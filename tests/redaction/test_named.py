"""Names × separators × quotes × encodings: whatever stands behind the name of a secret is taken out."""

import html
import json
from urllib.parse import quote

import pytest

from gp_lib.redaction.named import is_name_of_a_secret
from gp_lib.redaction.redactor import MARK, Redactor

VALUE = "tr0ub4dor-and-3"
_NAMES = """
password DB_PASSWORD dbPassword POSTGRES_PASSWORD smtp-password passwd pwd secret client_secret clientSecret api_key
apiKey x-api-key secret_key private-key access_token accessToken refresh-token aws_secret_access_key passphrase
"""
NAMES = _NAMES.split()
FORMS = (
    "{name}={value}",
    "{name}: {value}",
    "{name} = '{value}'",
    '{name}="{value}"',
    '{{"{name}": "{value}"}}',
    "{{'{name}': '{value}'}}",
    '"{name}"=>"{value}"',
    "--{name} {value}",
    "--{name}={value}",
    "-e {name}={value}",
    "<{name}>{value}</{name}>",
    '<input name="{name}" value="{value}">',
    "user=app {name}={value} host=db",
    "Server=db;{name}={value};Port=1",
    "https://h/?a=1&{name}={value}&b=2",
    "f(user='app', {name}='{value}')",
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_value_behind_a_name_of_a_secret_is_taken_out(name: str, form: str) -> None:
    cleaned = Redactor().clean(f"see {form.format(name=name, value=VALUE)} there")
    assert VALUE not in cleaned
    assert MARK.sub(VALUE, cleaned) == f"see {form.format(name=name, value=VALUE)} there"


@pytest.mark.parametrize("encode", [lambda text: json.dumps(json.dumps(text)), html.escape, lambda text: quote(text)])
@pytest.mark.parametrize("name", NAMES)
def test_also_where_the_whole_is_encoded(name: str, encode: "type[str]") -> None:
    assert VALUE not in Redactor().clean(encode(json.dumps({name: VALUE})))


@pytest.mark.parametrize(
    "text",
    [
        f"requirepass {VALUE}",
        f"ALTER ROLE app PASSWORD '{VALUE}'",
        f"CREATE USER app IDENTIFIED BY '{VALUE}'",
        f"os.environ['OPENAI_API_KEY'] = '{VALUE}'",
        f"<Redis(<Connection(host=db,port=6379,db=0,password={VALUE})>)>",
        f"(b'authorization', b'Bearer {VALUE}-0123456789')",
        "Authorization: Basic YXBwOnRyMHViNGRvci1hbmQtMw==",
        f"Cookie: theme=dark; session={VALUE}",
        f"redis://:{VALUE}@cache:6379/0",
        f"postgresql://app:{VALUE}/x#y@db/chat",
        f"app:{VALUE}@tcp(10.0.0.7:3306)/chat",
        f"jdbc:oracle:thin:scott/{VALUE}@db:1521:x",
        f"postgresql%3A%2F%2Fapp%3A{VALUE}%40db%2Fchat",
    ],
)
def test_a_value_where_secrets_stand_is_taken_out(text: str) -> None:
    cleaned = Redactor().clean(text)
    assert VALUE not in cleaned
    assert "YXBw" not in cleaned


def test_keys_of_objects_are_names_too() -> None:
    assert all(map(is_name_of_a_secret, NAMES))
    assert not any(
        map(is_name_of_a_secret, ["max_tokens", "next_token", "primary_key", "compass", "tokens", "verdict"])
    )
