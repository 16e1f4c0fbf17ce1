"""The terminal as rich draws on it: tables, colours, and what moves; every cell and line made harmless."""

import sys
from collections.abc import Iterable
from typing import IO, Any

import rich.console
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from gp_lib import redaction
from gp_lib.runner.report.text import cells


class Screen(rich.console.Console):
    """A console on stdout on which a text is one line: also in a cell of a table, and on a live board.

    Off a terminal nothing is wrapped, so that a line can be searched for and copied.
    """

    def __init__(self, *, file: IO[str] | None = None, soft_wrap: bool | None = None, **options: Any) -> None:
        where: IO[str] = sys.stdout if file is None else file
        where = getattr(where, "styled", where)
        unwrapped = not where.isatty() if soft_wrap is None else soft_wrap
        super().__init__(file=where, highlight=False, markup=False, emoji=False, soft_wrap=unwrapped, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is drawn of ``renderable``; all that rich draws passes through here, part by part."""
        if isinstance(renderable, Text):
            renderable = _one_line(renderable)
        return super().render(renderable, options)

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as a text; rich asks for it when it measures one, and when it draws one."""
        return super().render_str(cells(redaction.clean(text)), **options)


def _one_line(text: Text) -> Text:
    """``text`` with a space for each break and a mark for each character that a terminal would obey."""
    fit = text.copy()
    fit.plain = cells(text.plain)
    return fit
