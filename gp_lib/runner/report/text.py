"""Text of strangers, made fit to be shown: nothing in it is markup, a command to a terminal, or without an end."""

import re
from typing import Any
from urllib.parse import urlsplit

import nh3
from markupsafe import Markup

LONGEST = 20_000
"""Characters of one text that are shown; of a longer one the beginning and the end."""

LONGEST_HTML = 400_000
"""Characters of one HTML output that are cleaned and shown; a longer one is not shown at all."""

_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_UNFIT = re.compile(
    "[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # control characters and half characters
    "|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]"  # what turns the direction of what follows
    "|[\u2028\u2029]"  # line breaks that are not looked for as such
)


def plain(text: str, *, at_most: int = LONGEST) -> str:
    """``text`` of at most ``at_most`` characters and a note, without terminal codes; what is unprintable is ``�``."""
    cut = shortened(text, at_most=at_most).replace("\r\n", "\n").replace("\r", "\n")
    return _UNFIT.sub("�", _TERMINAL.sub("", cut))


def shortened(text: str, *, at_most: int) -> str:
    """``text``, or its beginning and its end with a note of how much is missing between."""
    if len(text) <= at_most:
        return text
    half = at_most // 2
    return f"{text[:half]} … {len(text) - 2 * half} characters left out … {text[-half:]}"


def line(text: str, *, at_most: int = 300) -> str:
    """``text`` as one line."""
    return " ".join(plain(text, at_most=at_most).split())


def cells(text: str) -> str:
    """``text`` as one line of the same length: where each character counts, as on a board that is drawn in place."""
    return _UNFIT.sub("�", text.translate({ord(space): " " for space in "\t\n\r"}))


def link(url: object) -> str:
    """``url`` when a browser may follow it; empty for anything but http and https."""
    try:
        parts = urlsplit(str(url))
    except ValueError:
        return ""
    return str(url) if parts.scheme in ("http", "https") and parts.netloc else ""


_TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
_BLOCK = {"div", "p", "pre", "ul", "ol", "li", "br", "hr", "details", "summary", "blockquote", "dl", "dt", "dd"}
_INLINE = {"span", "code", "b", "i", "em", "strong", "a", "img", "small", "sup", "sub"}
_TAGS = _TABLE | _BLOCK | _INLINE | {"h1", "h2", "h3", "h4", "h5", "h6"}
_STYLED = {"style"}
_ATTRIBUTES = {
    "*": {"title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"} | _STYLED,
    "th": {"colspan", "rowspan", "scope"} | _STYLED,
    **dict.fromkeys(("div", "span", "p", "pre", "strong"), _STYLED),
}
_STYLES = {"color", "background-color", "font-weight", "font-style", "text-align", "vertical-align", "white-space"}
_STYLES |= {"padding", "border-radius", "overflow-wrap"}
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")


def clean_html(html: str) -> Markup:
    """The harmless part of ``html``: no script, no style sheet, no form, no id, no image but those it carries."""
    if len(html) > LONGEST_HTML:
        return Markup("<p><em>{} characters of HTML are not shown.</em></p>").format(len(html))
    cleaned = nh3.clean(
        _UNFIT.sub("�", html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes={"http", "https", "data"},
        link_rel="noopener noreferrer nofollow",
        filter_style_properties=_STYLES,
    )
    return Markup(cleaned)  # the one place where foreign HTML is let in


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if _IMAGE.fullmatch(value) else None
    if attribute == "href":
        return value if link(value) else None
    return value


def joined(value: Any) -> str:
    """Text as notebooks keep it: one string, or a list of lines; anything else as Python shows it."""
    if isinstance(value, list):
        return "".join(str(part) for part in value)
    return value if isinstance(value, str) else repr(value)
