"""Progress for machines: one JSON object a line on stdout, and nothing else there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gp_lib import redaction
from gp_lib.clock import utc_now
from gp_lib.runner.batch import Batch
from gp_lib.runner.cases import Case
from gp_lib.runner.entry import Entry
from gp_lib.runner.report.summary import counts


class Lines:
    """Says in JSON what ``Console`` says in words. Every line has ``event`` and ``at`` (ISO 8601, UTC)."""

    def service(self, service: str, phase: str) -> None:
        """A service of the stack has reached a phase."""
        self._tell("service", service=service, phase=phase)

    @contextmanager
    def watching(self, batch: Batch) -> Iterator["Lines"]:
        """The progress of a batch, for the time of the block."""
        self._tell("batch_started", batch=batch.folder.name, cases=[case.name for case in batch.plan.cases])
        yield self

    def started(self, case: Case) -> None:
        """A case is being run."""
        self._tell("started", name=case.name, scenario=case.scenario.name, parameters=case.parameters)

    def cell(self, case: Case, role: str, state: str) -> None:
        """A cell of its notebook has reached a state."""
        self._tell("cell", name=case.name, cell=role, state=str(state))

    def done(self, entry: Entry) -> None:
        """A case has its entry."""
        self._tell("done", name=entry.name, sentence=entry.sentence, entry=entry.to_json())

    def summary(self, batch: Batch) -> None:
        """What came of the batch, and where the evidence is."""
        self._tell(
            "batch_done",
            batch=batch.folder.name,
            exit_code=batch.exit_code,
            counts=counts(batch.entries),
            evidence=f"runs/{batch.folder.name}",
        )

    def _tell(self, event: str, **words: Any) -> None:
        sys.stdout.write(redaction.as_json({"event": event, "at": utc_now().isoformat(), **words}) + "\n")
        sys.stdout.flush()
