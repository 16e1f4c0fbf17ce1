"""What programs do to a text before they write it: each undone by its decoder, so that a test can look inside."""

import base64
import html
import json
import re
import shlex
from collections.abc import Callable, Mapping
from urllib.parse import quote, quote_plus


def _lower_digits(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(text, safe=""))


def _for_scripts(text: str) -> str:
    """JSON as Go, .NET and template engines write it, to be safe in HTML."""
    return re.sub(r"[&<>'+]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text))[1:-1]


ENCODERS: Mapping[str, Callable[[str], str]] = {
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, not only ASCII": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON with escaped slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON for scripts": _for_scripts,
    "repr": lambda text: repr(text)[1:-1],
    "repr of bytes": lambda text: repr(text.encode())[2:-1],
    "HTML": html.escape,
    "HTML, numeric": lambda text: re.sub(r"[&<>\"']", lambda found: f"&#{ord(found[0])};", text),
    "XML": lambda text: html.escape(text, quote=False),
    "URL": lambda text: quote(text, safe=""),
    "URL, slash kept": quote,
    "URL, small digits": _lower_digits,
    "form": quote_plus,
    "shell": shlex.quote,
    "SQL": lambda text: text.replace("'", "''"),
    "CSV": lambda text: text.replace('"', '""'),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
}
"""Those that leave letters and digits as they are; any may be applied to what any other gives."""

OPAQUE: Mapping[str, Callable[[str], str]] = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 behind a user": lambda text: base64.b64encode(f"me:{text}".encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 in lines": lambda text: base64.encodebytes(f"{'x' * 40}{text}{'y' * 40}".encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
}
"""Those that change everything."""
