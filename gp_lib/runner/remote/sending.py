"""Brings a batch to a place: all of it at once, or each entry's evidence as soon as it is done."""

from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.files import evidence_of
from gp_lib.runner.cases import Case
from gp_lib.runner.entry import Entry
from gp_lib.runner.progress import Progress

if TYPE_CHECKING:
    from gp_lib.runner.remote.place import Place

State = tuple[int, int]


class Copy:
    """A batch's copy at a place, below its own name. What was sent is sent again only when it has changed."""

    def __init__(self, batch: Path, place: "Place") -> None:
        self._batch, self._place = batch, place
        self._sent: dict[str, State] = {}

    def __str__(self) -> str:
        return f"{self._place}/{self._batch.name}"

    def send_all(self) -> int:
        """Send every file of the batch; how many there are.

        What says that it is finished goes last, and the journal of a batch under way is gone from there then.

        Raises:
            WorkbenchError: the store refused or does not answer, or there is something that is no file.
        """
        names = evidence_of(self._batch)
        for name in sorted(names, key=lambda name: (name == evidence.BATCH, name)):
            self._send_file(name, names[name])
        if evidence.JOURNAL not in names:
            self._place.remove(f"{self._batch.name}/{evidence.JOURNAL}")
        return len(names)

    def send_entry(self, folder: Path) -> None:
        """Send the evidence of one entry, and the journal in which it is noted.

        Raises:
            OSError: a file is gone meanwhile.
            WorkbenchError: as above.
        """
        for name, path in evidence_of(folder).items():
            self._send_file(f"{folder.name}/{name}", path)
        self._send_file(evidence.JOURNAL, self._batch / evidence.JOURNAL)

    def _send_file(self, name: str, path: Path) -> None:
        about = path.stat()
        state = (about.st_mtime_ns, about.st_size)
        if self._sent.get(name) != state:
            self._place.send(path, f"{self._batch.name}/{name}")
            self._sent[name] = state


class Courier:
    """Brings a batch to a place while it runs, in a thread of its own that holds nobody up.

    After the first trouble it waits for the end, when everything is tried again.
    """

    def __init__(self, batch: Path, place: "Place") -> None:
        self.copy = Copy(batch, place)
        self._done: SimpleQueue[Path | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="gpath-courier", daemon=True)
        self._thread.start()

    def along(self, progress: Progress) -> Progress:
        """A progress that also hands over what is done."""
        return _Handing(progress, self._done)

    def finish(self) -> None:
        """Send whatever is not there yet.

        Raises:
            WorkbenchError: the store refused, or does not answer.
        """
        self._done.put(None)
        self._thread.join()
        self.copy.send_all()

    def _work(self) -> None:
        while (folder := self._done.get()) is not None:
            try:
                self.copy.send_entry(folder)
            except (OSError, WorkbenchError):
                return  # ``finish`` tries it again, and tells


class _Handing(Progress):
    def __init__(self, progress: Progress, done: "SimpleQueue[Path | None]") -> None:
        self._progress, self._done = progress, done

    def started(self, case: Case) -> None:
        self._progress.started(case)

    def cell(self, case: Case, role: str, state: str) -> None:
        self._progress.cell(case, role, state)

    def done(self, entry: Entry) -> None:
        self._progress.done(entry)
        self._done.put(entry.folder)
