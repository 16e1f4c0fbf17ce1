"""Secrets that nobody made known, by their shape: the detectors of detect-secrets, and four of our own.

Each has literals, one of which stands in every text in which it can find something: a search for literals is a hundred
times faster than one for expressions, and loading detect-secrets costs a second that few texts have to pay.
"""

import importlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

DETECTORS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "artifactory": ("ArtifactoryDetector", ("AKC", "AP")),
    "aws": ("AWSKeyDetector", ("A3T", "ABIA", "ACCA", "AKIA", "ASIA", "aws_", "AWS_")),
    "azure_storage_key": ("AzureStorageKeyDetector", ("AccountKey=",)),
    "basic_auth": ("BasicAuthDetector", ("://",)),
    "cloudant": ("CloudantDetector", ("cloudant",)),
    "github_token": ("GitHubTokenDetector", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
    "gitlab_token": ("GitLabTokenDetector", ("glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "GR1348941")),
    "ibm_cos_hmac": ("IbmCosHmacDetector", ("secret_key", "secret-key", "secret_access", "secret-access")),
    "mailchimp": ("MailchimpDetector", ("-us",)),
    "openai": ("OpenAIDetector", ("T3BlbkFJ",)),
    "pypi_token": ("PypiTokenDetector", ("pypi-Ag",)),
    "sendgrid": ("SendGridDetector", ("SG.",)),
    "slack": ("SlackDetector", ("xox", "hooks.slack.com")),
    "softlayer": ("SoftlayerDetector", ("softlayer",)),
    "square_oauth": ("SquareOAuthDetector", ("sq0csp-",)),
    "stripe": ("StripeDetector", ("k_live_",)),
    "telegram_token": ("TelegramBotTokenDetector", (":AA",)),
    "twilio": ("TwilioKeyDetector", ("AC", "SK")),
}
"""Module of detect-secrets, its class, and the literals. Those that measure entropy are left out: they would take every
id, hash and canary for a secret; so is the one for IBM Cloud, which takes any 44 characters behind ``key``."""

_NAMES = r"password|passwd|pwd|secret|(?:secret|api|private)[-_]?key|(?:access|refresh|auth)[-_]?token"
_PEM = r"PRIVATE KEY(?: BLOCK)?-----"
# Base64 and headers, over lines that may be escaped or, in a notebook file, strings of a list. It ends inside a text
# if it began in one, so that JSON stays JSON when it is taken out.
_PEM_BODY = r"""(?:[\w+/=\s:,.-]|\\+[nrt]|"\s*,\s*")*"""
OWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "private-key": (
        rf"-----BEGIN [A-Z0-9 ]*{_PEM}(?:{_PEM_BODY}?-----END [A-Z0-9 ]*{_PEM}|{_PEM_BODY})",
        ("PRIVATE KEY",),
    ),
    "npm": (r"_authToken=\s*(?P<secret>npm_\w{16,}|[A-Fa-f0-9-]{36})", ("_authToken",)),
    "jwt": (r"\beyJ[\w-]{5,}=*\.[\w-]{5,}=*(?:\.[\w-]*=*)?", ("eyJ",)),
    "bearer": (r"(?i:\bbearer)[ +]+(?P<secret>[A-Za-z0-9\-._~+/]{16,}=*)", ("earer ", "earer+", "EARER ")),
    "named": (
        rf"""["'](?i:[\w-]{{0,40}}?(?:{_NAMES}))\\*["']\s*[:=]\s*\\*["'](?P<secret>[^"'\\\s«]{{6,}})\\*["']""",
        ("assw", "ASSW", "pwd", "PWD", "ecret", "ECRET", "key", "Key", "KEY", "oken", "OKEN"),
    ),
}
"""Kind, expression and literals of what detect-secrets finds only the beginning of (PEM blocks, tokens without their
signature), takes too much of (npm), or has to guess: opaque bearer tokens, quoted values behind a quoted name. The
group ``secret`` is what is taken out; without it, the whole."""


def found_in(text: str) -> Iterator[tuple[str, str]]:
    """Every secret in ``text`` that has a known shape: its kind, and itself. A value may be found more than once."""
    for kind, (expression, literals) in OWN.items():
        if any(literal in text for literal in literals):
            for match in re.finditer(expression, text):
                yield kind, match["secret"] if "secret" in match.re.groupindex else match.group()
    for module, (name, literals) in DETECTORS.items():
        if any(literal in text for literal in literals):
            for expression_ in _denylist(module, name):
                for match in expression_.finditer(text):
                    yield module.removesuffix("_token").replace("_", "-"), _secret_of(match)


def _secret_of(match: re.Match[str]) -> str:
    """detect-secrets puts the secret itself into the last group that is more than a prefix, if it has any."""
    groups = [group for group in match.groups() if group and len(group) >= 8]
    return re.split(r'["\\]', groups[-1] if groups else match.group())[0]  # a secret never ends a text of JSON


@lru_cache
def _denylist(module: str, name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), name)().denylist)
