"""A history while it happens: each record is written to its file at once, so that a killed kernel loses none."""

import json
from dataclasses import asdict
from pathlib import Path
from secrets import token_hex
from typing import Any, TextIO

from gp_lib import redaction
from gp_lib.clock import monotonic_s, utc_now
from gp_lib.contract.platform import Tools
from gp_lib.errors import WorkbenchError
from gp_lib.history import VERSION, History, Record, record_from_json, record_to_json
from gp_lib.workload.pieces import without_secrets_in_pieces


class Recording(History):
    """A history that grows until it is sealed; ``path`` gets its lines, and the rest goes into the header line.

    Raises:
        FileExistsError: there is a history at ``path`` already; none is ever overwritten.
    """

    def __init__(self, path: Path, *, tools: Tools | None = None, **about: Any) -> None:
        super().__init__(began=utc_now(), tools=tools)
        self._origin_s = monotonic_s()
        self._file: TextIO | None = path.open("x", encoding="utf-8", buffering=1)
        header = {"kind": "history", "version": VERSION, "began": self.began.isoformat(), **about}
        header |= {"tools": asdict(self.tools)}
        self._path, self._header = path, redaction.as_json(header)
        self._file.write(self._header + "\n")

    @property
    def sealed(self) -> bool:
        """Whether the act is over."""
        return self._file is None

    def now_s(self) -> float:
        """Seconds since this history began."""
        return monotonic_s() - self._origin_s

    def since_start_s(self, moment_s: float) -> float:
        """A monotonic moment of this machine, as seconds since this history began."""
        return moment_s - self._origin_s

    def record(self, record: Record) -> int:
        """Append ``record`` and return its index. Secrets in it are replaced by marks, on disk and in memory alike.

        Raises:
            WorkbenchError: the history is sealed.
        """
        if self._file is None:
            raise WorkbenchError("the act is over: nothing can be added to its history")
        line = redaction.strict_json(record_to_json(record))
        cleaned = redaction.as_json(record_to_json(record))
        self._records.append(record if cleaned == line else record_from_json(json.loads(cleaned)))
        self._file.write(cleaned + "\n")
        return len(self._records) - 1

    def seal(self) -> None:
        """Close the history; from now on it can only be read.

        A secret that came in pieces, over several deltas of a run, is taken out of all of them now.
        """
        if self._file is not None:
            self._file.close()
            self._file = None
            if without := without_secrets_in_pieces(self._records):
                self._records = without
                self._write_again()

    def _write_again(self) -> None:
        """Write all lines anew, so that they are there completely or as they were."""
        lines = [self._header, *(redaction.as_json(record_to_json(record)) for record in self._records)]
        again = self._path.with_name(f".{self._path.name}.{token_hex(4)}")
        try:
            again.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            again.replace(self._path)
        finally:
            again.unlink(missing_ok=True)
