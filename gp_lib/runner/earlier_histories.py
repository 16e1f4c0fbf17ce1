"""Histories saved before they said what their platform's tools are called and what its answers claim."""

from pathlib import Path

from gp_lib.checks.claims import claims_in
from gp_lib.history import History, read_header
from gp_lib.platforms import find_platform

FIRST_PLATFORM = "golden_path"
"""The only one there was then."""


def load_history(path: Path) -> History:
    """The history at ``path``, or packed beside it, with everything that checks ask for today.

    What is added stands behind its own records, so that every witness points where it did.

    Raises:
        WorkbenchError: as ``History.load`` does.
    """
    history = History.load(path)
    if read_header(path).get("tools") is not None:
        return history
    use_case = find_platform(FIRST_PLATFORM).use_case
    claims = claims_in(history, use_case.read_claims, now_s=history[-1].at_s if history else 0.0)
    whole = History([*history, *claims], began=history.began, tools=use_case.tools)
    whole.truncated = history.truncated
    return whole
