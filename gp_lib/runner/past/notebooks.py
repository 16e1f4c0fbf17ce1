"""What differs between two executed notebooks, by nbdime (the optional extra ``diff``)."""

import io
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.engine.imports import NOT_NEEDED, without
from gp_lib.errors import Damaged, SettingsError
from gp_lib.runner.report.text import line

NBFORMAT, MINOR = 4, 4
"""Minor version 5 only wants each cell to have an id, which nothing here needs."""


def notebook_diff(before: Path, after: Path) -> str:
    """The difference of the executed notebooks in two scenario folders, in nbdime's words; metadata is left out.

    A folder without one has nothing to compare, nor has one that is damaged, and the text says so.

    Raises:
        SettingsError: nbdime is not installed.
    """
    try:
        with without(*NOT_NEEDED):  # nbdime imports jsonschema
            import nbdime
            from nbdime.diffing.notebooks import set_notebook_diff_targets
            from nbdime.prettyprint import PrettyPrintConfig, pretty_print_notebook_diff
    except ImportError as error:
        raise SettingsError("--notebooks", "needs nbdime: pip install 'golden-path-workbench[diff]'") from error
    paths = [folder / evidence.EXECUTED for folder in (before, after)]
    if missing := [path.parent.name for path in paths if not path.is_file()]:
        return f"{line(missing[0])}: no executed notebook to compare\n"
    try:
        one, other = map(_notebook, paths)
    except Damaged as error:
        return f"{error.path.parent.name}: {error.why}\n"
    set_notebook_diff_targets(metadata=False, identifier=False)
    said = io.StringIO()
    config = PrettyPrintConfig(out=said, use_color=False, use_git=False, use_diff=False)
    difference = nbdime.diff_notebooks(one, other)
    pretty_print_notebook_diff(line(before.name), line(after.name), one, difference, config)
    return said.getvalue()


def _notebook(path: Path) -> Any:
    """The executed notebook at ``path`` as nbdime wants it, each text in one piece.

    Raises:
        Damaged: it is not a notebook of version 4, the one that is written since 2015.
    """
    import nbformat
    from nbformat.v4.rwbase import rejoin_lines
    from nbformat.validator import iter_validate

    notebook = nbformat.from_dict(evidence.read_json(path))
    if not isinstance(notebook, dict) or notebook.get("nbformat") != NBFORMAT:
        raise Damaged(path, f"it is not a notebook of version {NBFORMAT}")
    if error := next(iter_validate(notebook, version=NBFORMAT, version_minor=MINOR, relax_add_props=True), None):
        raise Damaged(path, line(f"{'.'.join(map(str, error.path))}: {error.message}"))
    return rejoin_lines(notebook)
