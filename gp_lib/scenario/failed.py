"""What a notebook ends with when its scenario did not pass."""

from gp_lib.verdict import Verdict


class ScenarioFailed(AssertionError):
    """The verdict is not *pass*. It carries the ``verdict`` and shows its table instead of a traceback."""

    def __init__(self, scenario: str, verdict: Verdict) -> None:
        self.scenario = scenario
        self.verdict = verdict
        super().__init__(f"{scenario}: {verdict}")

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the verdict, because a traceback through the library tells nothing."""
        return str(self).splitlines()
