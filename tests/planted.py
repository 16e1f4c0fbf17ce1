"""Thirty kinds of secrets, made up and the same in every session; none of them opens anything."""

import base64
import json
import random
import string
from collections.abc import Mapping
from urllib.parse import quote

_RANDOM = random.Random(2026)
LETTERS = string.ascii_letters + string.digits


def some(length: int, alphabet: str = LETTERS) -> str:
    """Random characters."""
    return "".join(_RANDOM.choice(alphabet) for _ in range(length))


def lower(length: int) -> str:
    """Random lower-case letters and digits."""
    return some(length, string.ascii_lowercase + string.digits)


def upper(length: int) -> str:
    """Random upper-case letters and digits."""
    return some(length, string.ascii_uppercase + string.digits)


def _part(claims: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


KNOWN = some(12) + '"\\é ' + some(12)
"""A value that the settings mark as secret, with everything in it that a format escapes."""

KNOWN_SPELT: Mapping[str, str] = {
    "known, in JSON": json.dumps(KNOWN)[1:-1],
    "known, in JSON in JSON": json.dumps(json.dumps(KNOWN)[1:-1])[1:-1],
    "known, in a URL": quote(KNOWN, safe=""),
    "known, in base64": base64.b64encode(f"user:{KNOWN}:x".encode()).decode(),
    "known, in URL-safe base64": base64.urlsafe_b64encode(f"u:{KNOWN}".encode()).decode(),
    "known, in hexadecimal digits": KNOWN.encode().hex(),
}
"""The same value as it travels; only its middle can be searched for in base64."""

SHAPED: Mapping[str, tuple[str, str]] = {
    "JWT": (_part({"alg": "HS256"}) + "." + _part({"sub": some(9)}) + "." + (jwt := some(43)), jwt),
    "DSN": (f"postgresql://gp:{(dsn := some(20))}@127.0.0.1:5432/x", dsn),
    "URL with a password": (f"https://me:{(url := some(20))}@example.com/", url),
    "bearer header": (f"Authorization: Bearer {(bearer := some(40))}", bearer),
    "PEM block": (
        f"-----BEGIN PRIVATE KEY-----\n{(pem := some(60))}\n-----END PRIVATE KEY-----",
        pem,
    ),
    "OpenSSH key": (
        f"-----BEGIN OPENSSH PRIVATE KEY-----\n{(ssh := some(60))}\n-----END OPENSSH PRIVATE KEY-----",
        ssh,
    ),
    "named password": (json.dumps({"password": (password := some(14))}), password),
    "named API key": (json.dumps({"x-api-key": (api_key := some(30))}), api_key),
    "named client secret": (json.dumps({"client_secret": (client := some(30))}), client),
    "named access token": (json.dumps({"access_token": (access := some(30))}), access),
    "AWS key id": ((aws := "AKIA" + upper(16)), aws),
    "Azure storage key": (f"AccountKey={(azure := some(86) + '==')}", azure),
    "GitHub token": ((github := "ghp_" + some(36)), github[4:]),
    "GitLab token": ((gitlab := "glpat-" + some(20)), gitlab[6:]),
    "npm token": (f"//registry.example.com/:_authToken=npm_{(npm := some(36))}", npm),
    "PyPI token": ((pypi := "pypi-AgEIcHlwaS5vcmc" + some(80)), pypi[20:]),
    "OpenAI key": ((openai := f"sk-{some(20)}T3BlbkFJ{some(20)}"), openai),
    "SendGrid key": ((sendgrid := f"SG.{some(22)}.{some(43)}"), sendgrid),
    "Slack token": ((slack := f"xoxb-123456789012-123456789012-{lower(24)}"), slack),
    "Slack webhook": ((hook := f"https://hooks.slack.com/services/T{upper(8)}/B{upper(8)}/{some(24)}"), hook[-24:]),
    "Square secret": ((square := "sq0csp-" + some(43)), square),
    "Stripe key": ((stripe := "sk_live_" + some(24)), stripe),
    "Twilio key": ((twilio := "SK" + lower(32)), twilio),
    "Mailchimp key": ((mailchimp := lower(32) + "-us12"), mailchimp),
}
"""By kind: a text that shows the secret as it is usually met, and the part of it that must be nowhere afterwards."""

KINDS = [*KNOWN_SPELT, *SHAPED]
assert len(KINDS) == 30


def text_of(kind: str) -> str:
    """A text that holds the secret of this kind."""
    return KNOWN_SPELT[kind] if kind in KNOWN_SPELT else SHAPED[kind][0]


def core_of(kind: str) -> str:
    """What of it must not be found in any evidence: the secret, without what depends on its surroundings."""
    if kind not in KNOWN_SPELT:
        return SHAPED[kind][1]
    spelt = KNOWN_SPELT[kind]
    return spelt[12:-8] if "base64" in kind else spelt
