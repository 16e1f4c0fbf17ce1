"""The pages in a batch: what a browser or a code host shows of itself, which is not evidence but a face of it."""

from pathlib import Path, PurePosixPath

from gp_lib import evidence

SHOWN_BY_A_BROWSER = frozenset(
    {".html", ".htm", ".xhtml", ".xht", ".shtml", ".hta", ".mht", ".mhtml", ".js", ".mjs", ".pdf", ".swf"}
    | {".svg", ".svgz", ".xml", ".xsl", ".xslt"}
)
"""What can run code or load something when it is opened. Charts are PNG images too."""


def is_page(name: str) -> bool:
    """Whether a file of a batch, by its name there, is a page."""
    return PurePosixPath(name).suffix.lower() in SHOWN_BY_A_BROWSER or name.lower() == evidence.REPORT


def set_aside(folder: Path, names: list[str], *, keep: bool) -> None:
    """Take the pages among the files ``names`` of ``folder`` out of sight; what a signature covers is kept beside.

    Args:
        folder: a batch from elsewhere.
        names: its files.
        keep: whether they are kept, under names by which nothing opens them; else they are deleted.
    """
    for name in names:
        if is_page(name):
            path = folder / name
            if keep:
                path.rename(path.with_name(path.name + evidence.IMPORTED))
            else:
                path.unlink()
