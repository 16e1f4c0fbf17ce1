"""What a person at a terminal sees of a proof: a line a trial, and the matrix, readable at 80 columns."""

from rich.text import Text

from gp_lib.runner.prove.matrix import Cell, Matrix
from gp_lib.runner.prove.outcome import Attempt, Outcome
from gp_lib.runner.prove.page import CLASSES, SIGNS, share
from gp_lib.runner.prove.plan import Trial
from gp_lib.runner.prove.proof import Proof, Watch
from gp_lib.runner.screen import Screen

COLOURS = {"good": "green", "bad": "bold red", "calm": "dim", "odd": "yellow"}
AS_EXPECTED = (Outcome.KILLED, Outcome.GREEN)


class ProofConsole:
    """Says what a proof is doing, and what came of it."""

    def __init__(self) -> None:
        self._out = Screen(soft_wrap=True)

    def watch(self) -> Watch:
        """What a proof reports to."""
        return Watch(started=self._started, done=self._done)

    def _started(self, trial: Trial) -> None:
        variant = trial.variant
        self._out.print(Text(f"{variant.id if variant else 'clean'} {trial.scenario.name} …", style="dim"))

    def _done(self, attempt: Attempt) -> None:
        name = attempt.trial.variant.id if attempt.trial.variant else "clean"
        line = Text(f"{name} {attempt.trial.scenario.name} ").append_text(_coloured(attempt.outcome, attempt.outcome))
        self._out.print(line.append(f" {', '.join(attempt.failed)}"))

    def summary(self, proof: Proof) -> None:
        """The matrix, what is not as it should be, and where the evidence is."""
        matrix = proof.matrix
        self._grid(matrix)
        for cell in [*matrix.clean, *matrix.cells]:
            if matrix.outcome(cell) not in AS_EXPECTED:
                self._out.print(_odd(cell, matrix.outcome(cell)))
        if alone := matrix.never_alone():
            names = f"{len(alone)} checks were never the only one to notice; prove.html names them"
            self._out.print(Text(names, style="dim"))
        self._out.print(Text(", ".join(f"{count} {outcome}" for outcome, count in matrix.counts().items())))
        if proof.not_run:
            self._out.print(proof.not_run_in_words)
        self._out.print(Text(f"evidence: runs/{proof.folder.name} (prove.html, prove.json, one folder a variant)"))

    def _grid(self, matrix: Matrix) -> None:
        columns = [(name, name.split("_")[0].upper()) for name in matrix.scenarios]
        self._out.print(Text("       " + "".join(f"{short:>3}" for _, short in columns), style="bold"))
        rows = {"clean": matrix.clean} if matrix.clean else {}
        for variant in matrix.variants:
            rows[variant.id] = [cell for cell in matrix.cells if cell.trial.variant == variant]
        for name, cells in rows.items():
            outcomes = {cell.trial.scenario.name: matrix.outcome(cell) for cell in cells}
            self._out.print(Text(f"{name:7}").append_text(_marks([outcomes.get(column) for column, _ in columns])))
        legend = {outcome: SIGNS[outcome] for outcome in Outcome if outcome in _outcomes(matrix)}
        self._out.print(Text(", ".join(f"{sign} {outcome}" for outcome, sign in legend.items()), style="dim"))


def _outcomes(matrix: Matrix) -> set[Outcome]:
    return {matrix.outcome(cell) for cell in [*matrix.clean, *matrix.cells]}


def _marks(outcomes: list[Outcome | None]) -> Text:
    line = Text()
    for outcome in outcomes:
        line.append_text(_coloured(outcome, f"{SIGNS[outcome]:>3}") if outcome else Text("   "))
    return line


def _odd(cell: Cell, outcome: Outcome) -> Text:
    variant = cell.trial.variant
    line = Text(f"{variant.id if variant else 'clean'} {cell.trial.scenario.name} ")
    line.append_text(_coloured(outcome, outcome)).append(f" {share(cell)}")
    if cell.trial.expected:
        line.append(f"; expected {cell.trial.expected}, failed {', '.join(cell.failed) or 'nothing'}")
    if cell.doubt:
        line.append(f"; undecided: {cell.doubt}")
    return line


def _coloured(outcome: Outcome, words: str) -> Text:
    return Text(words, style=COLOURS[CLASSES.get(outcome, "odd")])
