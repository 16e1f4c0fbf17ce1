"""What a stranger's batch meets at the command line: the example, which is signed, as if it came from elsewhere."""

import zipfile
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.runner.attestation.files import pack
from gp_lib.runner.notebook_digest import ADDED
from tests.projects import ROOT, Project

KEY = str(ROOT / ".github" / "example.pub")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.make(tmp_path / "project")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return tmp_path / "home"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    pack(ROOT / "runs" / "example", tmp_path / "bundle.zip")
    return tmp_path / "bundle.zip"


def tampered(bundle: Path) -> Path:
    """The bundle with another verdict in it."""
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(bundle.with_name("tampered.zip"), "w") as changed:
        for name in archive.namelist():
            content = archive.read(name)
            changed.writestr(name, content.replace(b'"pass"', b'"fail"') if name.endswith(evidence.BATCH) else content)
    return bundle.with_name("tampered.zip")


def unsigned(bundle: Path) -> Path:
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(bundle.with_name("unsigned.zip"), "w") as bare:
        for name in archive.namelist():
            if "attestation" not in name:
                bare.writestr(name, archive.read(name))
    return bundle.with_name("unsigned.zip")


def there(project: Project) -> list[str]:
    return sorted(path.name for path in (project.folder / "runs").iterdir())


@pytest.mark.usefixtures("home")
def test_a_batch_that_holds_is_imported_and_says_who_signed_it(project: Project, bundle: Path) -> None:
    done = project.gpath("import", str(bundle), "--key", KEY)
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    assert (first, third) == ("imported runs/example", "report: runs/example/index.html")
    assert second.startswith("from elsewhere (bundle.zip): signed by key ")
    assert project.gpath("verify", "example", "--key", KEY).returncode == 0
    for command in (["report"], ["verify"], ["diff"], ["share", "-o", str(bundle.with_name("again.zip"))]):
        said = project.gpath(command[0], "example", *(["example"] if command == ["diff"] else command[1:]))
        assert "gpath: example is from elsewhere (bundle.zip): signed by key " in said.stderr, command
    signed_again = project.gpath("attest", "example", "--make-key")
    assert (signed_again.returncode, "would replace that" in signed_again.stderr) == (2, True), signed_again.stderr
    assert bundle.with_name("again.zip").read_bytes() == bundle.read_bytes()
    shown = project.gpath("history", "w2").stdout
    assert "from elsewhere" in " ".join(shown.split())


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("words", [[], ["--key", KEY], ["--unsigned"]])
def test_a_tampered_bundle_is_refused_with_1_and_leaves_nothing(
    project: Project, bundle: Path, words: list[str]
) -> None:
    refused = project.gpath("import", str(tampered(bundle)), *words)
    assert (refused.returncode, refused.stdout) == (1, ""), refused.stderr
    assert "gpath: example is not imported: " in refused.stderr
    assert f"changed: {evidence.BATCH}" in refused.stderr
    assert there(project) == []


@pytest.mark.usefixtures("home")
def test_an_unsigned_bundle_is_refused_with_2_until_that_is_asked_for(project: Project, bundle: Path) -> None:
    path = str(unsigned(bundle))
    for words in ([], ["--key", KEY]):
        refused = project.gpath("import", path, *words)
        assert (refused.returncode, "--unsigned" in refused.stderr) == (2, True), refused.stderr
    assert there(project) == []
    done = project.gpath("import", path, "--unsigned")
    assert (done.returncode, "from elsewhere (unsigned.zip): unsigned" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--unsigned", "--key", KEY],
        ["--identity", "me@example.com"],
        ["--issuer", "https://issuer.example"],
        ["--key", KEY, "--identity", "me@example.com", "--issuer", "https://issuer.example"],
        ["--key", "/nowhere/at/all.pub"],
    ],
)
def test_words_that_contradict_each_other_are_bad_arguments(project: Project, bundle: Path, words: list[str]) -> None:
    refused = project.gpath_here("import", str(bundle), *words)
    assert (refused.returncode, refused.stdout) == (64, ""), refused.stderr
    assert there(project) == []


W2 = "w2_all_five_events_delivered"


def as_it_was_run(project: Project) -> Path:
    """The project's notebook, made the one that the example was run from."""
    notebook = project.folder / "notebooks" / "p0" / f"{W2}.ipynb"
    executed = evidence.read_json(ROOT / "runs" / "example" / W2 / evidence.EXECUTED)
    cells = [cell for cell in executed["cells"] if not ADDED.intersection(cell["metadata"].get("tags", ()))]
    evidence.write_json(notebook, {**executed, "cells": cells})
    return notebook


@pytest.mark.usefixtures("home")
def test_it_is_judged_again_by_this_project_s_notebook_if_that_was_run(project: Project, bundle: Path) -> None:
    assert project.gpath("import", str(bundle)).returncode == 0
    notebook = as_it_was_run(project)
    again = project.gpath("rejudge", f"runs/example/{W2}")
    assert again.returncode == 0, again.stdout + again.stderr
    notebook.write_text(notebook.read_text().replace("verdict = Verdict.of(", "verdict = Verdict.of(  # mended"))
    changed = project.gpath("rejudge", f"runs/example/{W2}")
    assert (changed.returncode, "--with-current" in changed.stdout) == (2, True), changed.stdout + changed.stderr
    assert project.gpath("rejudge", f"runs/example/{W2}", "--with-current").returncode == 0
