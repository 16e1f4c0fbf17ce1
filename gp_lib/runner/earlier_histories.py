"""Histories that lack what checks ask for today: those of earlier versions, and those of an act that was killed."""

from pathlib import Path

from gp_lib.checks.claims import CLAIMS, claims_in
from gp_lib.history import History, Reading
from gp_lib.platforms import find_platform

FIRST_PLATFORM = "golden_path"
"""The only one there was before histories named theirs."""


def load_history(path: Path) -> History:
    """The history at ``path``, or packed beside it, with the names of its platform's tools and its answers' claims.

    What is added stands behind its own records, so that every witness points where it did. Nothing is added to a
    history of any platform but the workbench's own: its description may be anybody's code.

    Raises:
        WorkbenchError: as ``History.load`` does.
    """
    history = History.load(path)
    claims_were_read = any(reading.question == CLAIMS for _, reading in history.indexed(Reading))
    if claims_were_read or history.about.get("platform", FIRST_PLATFORM) != FIRST_PLATFORM:
        return history
    use_case = find_platform(FIRST_PLATFORM).use_case
    claims = claims_in(history, use_case.read_claims, now_s=history[-1].at_s if history else 0.0)
    whole = History([*history, *claims], began=history.began, tools=use_case.tools)
    whole.truncated, whole.about = history.truncated, history.about
    return whole
