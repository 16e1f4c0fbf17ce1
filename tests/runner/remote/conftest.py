"""A store for evidence, a finished batch, and another project's runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from s3fs import S3FileSystem

from gp_lib import evidence
from tests.object_stores import ObjectStore, object_store


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("store")) as running:
        for name, value in running.variables.items():
            monkeypatch.setenv(name, value)
        S3FileSystem.clear_instance_cache()  # those of another test know another port
        yield running


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """The files of a finished batch, one of them empty and one large."""
    folder = tmp_path / "runs" / "2026-11-25T04-00-00Z-3f9a"
    texts = {"a4/history.jsonl": "{}\n" * 500_000, "a4/charts/s p ä.svg": "<svg/>", "services/x.log": "", "x.md": "#"}
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    evidence.write_json(folder / evidence.BATCH, {"scenarios": []})
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere" / "runs").mkdir(parents=True)
    return tmp_path / "elsewhere" / "runs"
