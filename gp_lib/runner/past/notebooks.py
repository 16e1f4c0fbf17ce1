"""What differs between two executed notebooks, by nbdime (the optional extra ``diff``)."""

import io
from pathlib import Path

from gp_lib import evidence
from gp_lib.errors import SettingsError
from gp_lib.runner.report.text import line


def notebook_diff(before: Path, after: Path) -> str:
    """The difference of the executed notebooks in two scenario folders, in nbdime's words; metadata is left out.

    A folder without one has nothing to compare, and the text says so.

    Raises:
        SettingsError: nbdime is not installed.
    """
    try:
        import nbdime
        from nbdime.diffing.notebooks import set_notebook_diff_targets
        from nbdime.prettyprint import PrettyPrintConfig, pretty_print_notebook_diff
    except ImportError as error:
        raise SettingsError("--notebooks", "needs nbdime: pip install 'golden-path-workbench[diff]'") from error
    import nbformat
    from nbformat.v4.rwbase import rejoin_lines

    paths = [folder / evidence.EXECUTED for folder in (before, after)]
    if missing := [path.parent.name for path in paths if not path.is_file()]:
        return f"{line(missing[0])}: no executed notebook to compare\n"
    set_notebook_diff_targets(metadata=False, identifier=False)
    said = io.StringIO()
    config = PrettyPrintConfig(out=said, use_color=False, use_git=False, use_diff=False)
    try:
        one, other = (rejoin_lines(nbformat.from_dict(evidence.read_json(path))) for path in paths)
        pretty_print_notebook_diff(line(before.name), line(after.name), one, nbdime.diff_notebooks(one, other), config)
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        return f"{line(after.name)}: its executed notebooks cannot be compared: {error!r}\n"
    return said.getvalue()
