"""A target names a description of its platform that stands beside gpath.toml, outside of the workbench."""

import json
from pathlib import Path

import pytest

from gp_lib.settings import StackDescription
from tests.projects import Project

ACME = """
from gp_lib.contract.platform import Claims, Platform, UseCase
from gp_lib.platforms import find_platform

use_case = find_platform("golden_path").use_case


def read_claims(answer):
    claims = use_case.read_claims(answer)
    return Claims(amounts=claims.amounts)


case = UseCase(tools=use_case.tools, read_claims=read_claims, unknown_id=use_case.unknown_id)
ACME = Platform(name="acme", use_case=case)
"""
"""The embedded platform as somebody describes it who never finds the total in an answer."""


@pytest.fixture
def project(tmp_path: Path, stack: StackDescription, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A workbench whose target ``mine`` is the running stack, under a description of its own."""
    (tmp_path / "acme_gpath.py").write_text(ACME)
    urls = stack.urls
    (tmp_path / "gpath.toml").write_text(f"""
[targets.mine]
platform = "acme_gpath:ACME"
platform_http = "{urls.platform_http}"
platform_ws = "{urls.platform_ws}"
jwt = {{ issuer = "{stack.jwt.issuer}", audience = "{stack.jwt.audience}" }}
""")
    monkeypatch.setenv("GPATH_MINE_JWT__SECRET", stack.jwt.secret)
    monkeypatch.setenv("GPATH_MINE_CLICKHOUSE", stack.urls.clickhouse)
    monkeypatch.setenv("GPATH_MINE_POSTGRES_AUDITOR", stack.urls.postgres_auditor)
    return Project.make(tmp_path)


def test_answers_are_read_as_the_targets_platform_reads_them(project: Project) -> None:
    done = project.gpath("run", "a2", "--target", "mine", "-p", "users=1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert project.failed_checks("a2_substantive_answer") == {"amounts_equal_sql"}
    verdict = project.verdict("a2_substantive_answer")
    assert verdict["platform"] == "acme"
    (check,) = [check for check in verdict["checks"] if check["name"] == "amounts_equal_sql"]
    assert "names no total" in check["message"]


def test_a_platform_that_cannot_be_had_starts_nothing(project: Project) -> None:
    (project.folder / "acme_gpath.py").unlink()
    for words in (["run", "a2"], ["run", "a2", "--dry-run"], ["prove", "a2", "--sabotage"]):
        done = project.gpath(*words, "--target", "mine")
        assert done.returncode == 64, done.stdout + done.stderr
        assert "'acme_gpath:ACME' cannot be imported: ModuleNotFoundError" in done.stderr
    assert not list((project.folder / "runs").iterdir())


def test_a_batch_is_not_gone_on_with_without_its_platform(project: Project) -> None:
    begun = project.gpath("run", "a2", "--target", "mine", "--deadline", "0")
    assert begun.returncode == 2, begun.stdout + begun.stderr
    (project.folder / "acme_gpath.py").rename(project.folder / "elsewhere.py")
    refused = project.gpath("resume")
    assert refused.returncode == 64, refused.stdout + refused.stderr
    assert "'acme_gpath:ACME' cannot be imported" in refused.stderr
    (project.folder / "elsewhere.py").rename(project.folder / "acme_gpath.py")
    settings = project.folder / "gpath.toml"
    settings.write_text(f"{settings.read_text()}\n[targets.mine.parameters]\nusers = 1")
    resumed = project.gpath("resume", "--deadline", "0")
    assert resumed.returncode == 2, resumed.stdout + resumed.stderr
    (entry,) = json.loads((project.latest() / "batch.json").read_text())["scenarios"]
    assert entry["parameters"] == {"target": "mine"}, "a batch keeps the parameters that it was planned with"
