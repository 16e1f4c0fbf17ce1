"""What travels to a worker: one case with its notebook, and what must be the same there as here."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import gp_lib
from gp_lib.errors import WorkbenchError
from gp_lib.runner.entry import folder_in
from gp_lib.values import Value

OUTPUT_LIMIT_BYTES = 64 * 2**20
"""The longest line of progress; one holds an entry with all its checks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One case, complete: nothing else of the project is needed where it runs, but ``gp_lib`` is installed there.

    Args:
        name: the case's name in its batch.
        phase: the folder of the notebook below ``notebooks/``.
        notebook: the notebook's text.
        parameters: as they come out of a file: they run only after ``saved_parameters`` has seen them.
        config: the text of ``gpath.toml``; empty when there is none.
        deadline_s: the longest that the scenario may take (s, scaled there); ``None``: as always.
    """

    name: str
    scenario: str
    phase: str
    notebook: str
    parameters: dict[str, Value]
    target: str
    config: str
    deadline_s: float | None

    def to_json(self) -> str:
        """The job as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Job":
        """The job that ``to_json`` wrote.

        Raises:
            WorkbenchError: it is not one, or a name in it is not that of one file.
        """
        try:
            job = cls(**json.loads(line))
            for name in (job.name, job.scenario, job.phase):
                folder_in(Path(), name)
        except (TypeError, ValueError, RecursionError) as error:
            raise WorkbenchError(f"the job is damaged: {error}") from error
        return job


def workbench_digest() -> str:
    """SHA-256 (hex) of the sources of ``gp_lib``: machines that differ in it would judge by different checks."""
    root, digest = Path(gp_lib.__file__).parent, hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
