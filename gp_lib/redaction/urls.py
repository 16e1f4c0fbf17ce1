"""Secrets in URLs: the password in front of the host, and what a query is signed or opened with."""

import re
from collections.abc import Iterator

from gp_lib.redaction.finding import Found
from gp_lib.redaction.words import is_number, looks_random, stands_for_a_value

_HOST = r"(?=[\w\[*.-])"
_C = r"[^\s\"'`<>«»\\]"
USERINFO = re.compile(
    rf"\b[A-Za-z][A-Za-z0-9+.-]*:(?:\\*/){{2}}(?P<user>[^\s/?#:@\"'`<>«»\\]*):"
    rf"(?:(?P<secret>[^\s\"'`<>«»\\/?#]+)@|(?!\d{{1,5}}[/?#])(?P<odd>[^\s\"'`<>«»\\@]+)@){_HOST}"
)
"""The password ends at the last ``@`` of the authority. One with ``/``, ``?`` or ``#`` is not allowed by the standard,
and written all the same; digits before one of these are a port."""
ENCODED = re.compile(
    r"%(?:25)*3[Aa](?:%(?:25)*2[Ff]){2}[\w.~+-]*%(?:25)*3[Aa](?P<secret>(?:(?!%(?:25)*40|%(?:25)*2[Ff])[\w.~%+*!$()-])+)%(?:25)*40"
)
"""The same where the whole URL is percent-encoded."""
GO = re.compile(r"(?<![\w.-])[\w.-]+:(?P<secret>[^\s\"'`<>«»\\@/]{4,})@(?:tcp|unix)\(")
ORACLE = re.compile(r"\bjdbc:oracle:\w+:[\w$#.]+/(?P<secret>[^\s\"'`<>«»\\@]+)@")

_AMP, _EQ = r"(?:[?&;]|&(?:amp;)+|\\+u0026|%(?:25)*(?:26|3[Ff]))", r"(?:=|\\+u003[dD]|%(?:25)*3[Dd])"
QUERY = re.compile(
    rf"{_AMP}(?P<name>[\w.%\-]*?(?i:key|key[-_]?id|sig|signature|token|auth|code|session|sid|jwt|assertion|sas|pass|pw|pwd"
    rf"|passwd|password|secret|credential|ticket)){_EQ}(?P<secret>[^\s\"'`<>«»\\&;\#]+)"
)
_SURE = re.compile(r"(?i).*(?:pass|pw|pwd|passwd|password|secret|api[-_]?key|[a-z]+[-_]token)$")


def in_urls(text: str) -> Iterator[Found]:
    """Every password and every key in a URL."""
    if "://" in text or ":\\/" in text:
        for match in USERINFO.finditer(text):
            group = "secret" if match["secret"] is not None else "odd"
            if not stands_for_a_value(match[group]) or match[group].isalpha():
                yield Found("url-password", *match.span(group))
    for expression, literal in ((ENCODED, "40"), (GO, "@"), (ORACLE, "jdbc:oracle")):
        if literal in text:
            yield from (Found("url-password", *match.span("secret")) for match in expression.finditer(text))
    if "=" in text or "3D" in text or "3d" in text:
        yield from _in_queries(text)


def _in_queries(text: str) -> Iterator[Found]:
    for match in QUERY.finditer(text):
        value = match["secret"]
        sure = _SURE.match(match["name"]) is not None
        random = len(value) >= 8 and looks_random(value) and not is_number(value)
        if not stands_for_a_value(value) and (random or (sure and len(value) >= 3)):
            yield Found("url-key", *match.span("secret"))
