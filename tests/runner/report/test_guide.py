"""``runs/README.md`` explains every file of a batch, and no file that there is not."""

import re
from pathlib import Path

from tests.projects import ROOT, Project

SOMETIMES = {
    "<scenario>/kernel.log": "only when the Jupyter libraries logged something",
    "journal.jsonl": "only in a batch that was cut short",
    "<scenario>.try1/": "only with --retries",
    "attestation.sigstore.json": "only with --keyless, which needs a sigstore",
    "attestation.files.sigstore.json": "only with --keyless, which needs a sigstore",
    "trouble.log": "only where something beside the verdicts went wrong",
    "<scenario>/trouble.log": "only where something beside its verdict went wrong",
}
"""Files that a good batch need not have."""


def explained() -> dict[str, re.Pattern[str]]:
    """The files in the guide's first table; ``<scenario>`` stands for any name."""
    table = (ROOT / "runs" / "README.md").read_text().split("\n\n")[2]
    cells = [row.split("|")[1] for row in table.splitlines()[2:]]
    names = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    return {name: re.compile(re.sub(r"<\w+>", "[^/]+", re.escape(name))) for name in names}


def test_the_guide_names_every_file_of_a_batch_and_every_file_that_it_names_is_there(tmp_path: Path) -> None:
    project = Project.make(tmp_path)
    done = project.gpath("run", "a4")
    assert done.returncode in (0, 1, 2), done.stderr
    batch = project.latest()
    for words in (["attest", "--make-key", "--key", str(tmp_path / "key.pem")],):  # commands that add files
        assert project.gpath(*words).returncode == 0
    files = {path.relative_to(batch).as_posix() for path in batch.rglob("*") if path.is_file()}
    guide = explained()
    assert {file for file in files if not any(pattern.fullmatch(file) for pattern in guide.values())} == set()
    unseen = {name for name, pattern in guide.items() if not any(map(pattern.fullmatch, files))}
    assert unseen - SOMETIMES.keys() == set()
    assert SOMETIMES.keys() <= guide.keys()
