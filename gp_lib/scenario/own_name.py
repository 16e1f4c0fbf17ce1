"""A notebook speaks for the scenario that it is run as, and for no other one."""

import os

from gp_lib import evidence
from gp_lib.errors import WrongScenario


def require_own_name(name: str) -> None:
    """Refuse a scenario that is not the one that the batch runs here; by hand, any is right.

    Raises:
        WrongScenario: it is another one: its verdict would stand under a name that is not its own.
    """
    expected = os.environ.get(evidence.OF_SCENARIO)
    if expected and name != expected:
        raise WrongScenario(name, expected)
