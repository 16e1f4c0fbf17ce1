"""What a batch leaves for machines and people when it ends: ``batch.json``, ``junit.xml``, ``report.md``."""

import platform
from collections.abc import Mapping, Sequence
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
from gp_lib.verdict import worst


def write_all(
    folder: Path, *, target: str, began: str, entries: Sequence[Entry], ran: Mapping[str, object] = MappingProxyType({})
) -> None:
    """Write the reports of a batch; each file is there whole or not at all. ``index.html`` is rendered from them.

    ``ran`` is what ``batch.json`` says of when and where a batch ran that is not ending here and now.
    """
    origin = origin_of(folder)
    evidence.write_whole(folder / evidence.JUNIT, junit(entries, began=began, origin=origin).decode())
    evidence.write_whole(folder / evidence.REPORT, markdown(folder.name, entries, origin))
    evidence.write_json(folder / evidence.BATCH, {**_batch(target, began, entries), **ran})


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
