"""What a notebook holds: ``begin`` a scenario, act in it, ``finish`` with a verdict."""

from gp_lib.scenario.begin import begin
from gp_lib.scenario.failed import ScenarioFailed
from gp_lib.scenario.run import Run

__all__ = ["Run", "ScenarioFailed", "begin"]
