"""What a batch leaves for machines and people when it ends: ``batch.json``, ``junit.xml``, ``report.md``."""

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from gp_lib import evidence
from gp_lib.clock import utc_now
from gp_lib.runner.entry import Entry
from gp_lib.runner.environment import environment
from gp_lib.runner.origin import origin_of
from gp_lib.runner.report.junit import junit
from gp_lib.runner.report.summary import counts, markdown
from gp_lib.runner.trouble import keep
from gp_lib.verdict import Ruling, worst


def write_all(
    folder: Path, *, target: str, began: str, entries: Sequence[Entry], ran: Mapping[str, object] = MappingProxyType({})
) -> None:
    """Write the reports of a batch; each file is there whole or not at all. ``index.html`` is rendered from them.

    ``ran`` is what ``batch.json`` says of when and where a batch ran that is not ending here and now.
    """
    shown = [presentable(entry) for entry in entries]
    origin = origin_of(folder)
    faces = {
        evidence.JUNIT: junit(shown, began=began, origin=origin).decode(),
        evidence.REPORT: markdown(folder.name, shown, origin),
    }
    about = {**_batch(target, began, shown), **ran}
    for name, face in faces.items():
        evidence.write_whole(folder / name, face)
    evidence.write_json(folder / evidence.BATCH, about)


def presentable(entry: Entry) -> Entry:
    """``entry``; *unknown* and without its checks when they are such that no report can hold them."""
    try:
        junit([entry]), markdown("", [entry])
        written = json.dumps(entry.to_json(), default=str)
        if Entry.from_json(json.loads(written), entry.folder.parent).name == entry.name:
            return entry
        why = "it is read back under another name"
    except Exception as error:  # noqa: BLE001 - whatever is in it, it must not cost the others their report
        why = keep(error, entry.folder)
    return replace(entry, ruling=Ruling.UNKNOWN, checks=(), parameters={}, why=f"its verdict cannot be reported: {why}")


def _batch(target: str, began: str, entries: Sequence[Entry]) -> dict[str, object]:
    return {
        "version": 1,
        "target": target,
        "began": began,
        "finished": utc_now().isoformat(),
        "workbench": version("golden-path-workbench"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "environment": environment(),
        "verdict": worst(entry.ruling for entry in entries).value,
        "counts": counts(entries),
        "scenarios": [entry.to_json() for entry in entries],
    }
