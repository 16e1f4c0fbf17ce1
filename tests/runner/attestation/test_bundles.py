"""A bundle from a stranger is looked at before it is opened, and what would do harm is refused."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.files import UnsafeBundle, open_bundle

Put = Callable[[zipfile.ZipFile], None]


def written(archive: zipfile.ZipFile, name: str, data: bytes = b"x", mode: int = stat.S_IFREG | 0o644) -> None:
    member = zipfile.ZipInfo(name)
    member.external_attr = mode << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, data)


def bundle_of(path: Path, *names: str, put: Put | None = None) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            written(archive, name)
        if put is not None:
            put(archive)
    return path


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("b/../../etc/passwd", "leads out"),
        ("/etc/passwd", "leads out"),
        ("b\\..\\x", "leads out"),
        ("C:/x", "leads out"),
        ("loose.txt", "outside of the batch's folder"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(UnsafeBundle, match=problem), open_bundle(bundle_of(tmp_path / "b.zip", "b/a", name)):
        pass


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = bundle_of(tmp_path / "b.zip", put=lambda a: written(a, "b/link", b"/etc/passwd", stat.S_IFLNK | 0o777))
    with pytest.raises(UnsafeBundle, match="a link"), open_bundle(path):
        pass


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    path = bundle_of(tmp_path / "b.zip", put=lambda a: written(a, "b/bomb", b"\0" * (64 << 20)))
    with pytest.raises(UnsafeBundle, match="would unpack to"), open_bundle(path):
        pass


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeBundle, match="there twice"), open_bundle(bundle_of(tmp_path / "b.zip", "b/a", "b/a")):
        pass


def test_two_batches_in_one_bundle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeBundle, match="2 folders"), open_bundle(bundle_of(tmp_path / "b.zip", "b/a", "c/a")):
        pass


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"PK no")
    with pytest.raises(WorkbenchError, match="is no bundle"), open_bundle(tmp_path / "b.zip"):
        pass


def test_a_damaged_member_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    path = bundle_of(tmp_path / "b.zip", put=lambda a: a.writestr("b/a", b"right" * 50))
    path.write_bytes(path.read_bytes().replace(b"rightright", b"wrongwrong", 1))
    with open_bundle(path) as bundle, pytest.raises(UnsafeBundle, match="is damaged"):
        bundle.digests()


def test_a_batch_is_taken_in_once_and_never_over_another(tmp_path: Path) -> None:
    path = bundle_of(tmp_path / "b.zip", "batch-1/batch.json", "batch-1/a4/history.jsonl")
    (tmp_path / "runs").mkdir()
    with open_bundle(path) as bundle:
        folder = bundle.unpack(tmp_path / "runs")
        assert (folder / "a4" / "history.jsonl").read_bytes() == b"x"
        with pytest.raises(WorkbenchError, match="there already"):
            bundle.unpack(tmp_path / "runs")
    assert [each.name for each in (tmp_path / "runs").iterdir()] == ["batch-1"]
