"""A bundle from a stranger is looked at before it is opened, and what would do harm is refused."""

import stat
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.bundles import open_bundle
from gp_lib.runner.attestation.names import UnsafeBundle
from gp_lib.runner.attestation.source import unpack
from tests.small_disks import small_disk

Put = Callable[[zipfile.ZipFile], None]
FILE = stat.S_IFREG | 0o644


def written(archive: zipfile.ZipFile, name: str, data: bytes = b"x", mode: int = FILE) -> None:
    member = zipfile.ZipInfo(name)
    member.filename = name  # as it is: zipfile would tidy it up
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


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    (tmp_path / "place" / "runs").mkdir(parents=True)
    return tmp_path / "place" / "runs"


def refused(bundle: Path, runs: Path) -> UnsafeBundle:
    """How the bundle was refused; nothing at all was written in or beside ``runs``."""
    before = set(bundle.parent.rglob("*"))
    with pytest.raises(UnsafeBundle) as error, open_bundle(bundle) as opened:
        unpack(opened, runs)
    assert set(bundle.parent.rglob("*")) == before
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400
    return error.value


LEADS_ELSEWHERE = [
    "b/../../etc/passwd", "b/..", "../b/x", "/etc/passwd", "//etc/passwd", "b/x/../../../y",
    "b\\..\\x", "b/\\\\host\\x", "C:/x", "b/C:x", "b/x:stream",
]  # fmt: skip
NOT_NORMAL = ["b/./x", "./b/x", "b//x", "b//x/y", "b/x/.", "b/x//y", "b///x", "/", "//", "b//", "b/./", "."]
NOT_EVERYWHERE = [
    "b/x.", "b/x ", "b/x. . ", "b./x", "b/folder /x", "b/...", "b/nul", "b/NUL.txt", "b/con/x", "b/Com1.log", "b/lpt¹",
    "b/aux .txt", "b/x*", "b/x?", 'b/"x"', "b/<x>", "b/x|y", "con/x",
]  # fmt: skip
UNSEEN = ["b/x\n", "b/\x1b[31mx", "b/\x7f", "b/x\u202egpj.exe", "b/x\u200b", "b/\u2028x", "b/\ufeffx", "b/x\x00y"]
TOO_LONG = [
    "b/" + "x" * 256,
    "b/" + "ä" * 128,
    "b/" + "x/" * 600 + "x",
    "b/" + "/".join(["x" * 200] * 6),
    "b" * 256 + "/x",
]


@pytest.mark.parametrize("name", [*LEADS_ELSEWHERE, *NOT_NORMAL, *NOT_EVERYWHERE, *UNSEEN, *TOO_LONG])
def test_a_name_that_is_not_in_its_normal_form_is_refused(tmp_path: Path, runs: Path, name: str) -> None:
    error = refused(bundle_of(tmp_path / "b.zip", "b/batch.json", name), runs)
    assert error.member in (name, name.removesuffix("/"), name.partition("\x00")[0])


def test_a_path_behind_two_slashes_is_refused_and_never_written(tmp_path: Path, runs: Path) -> None:
    victim = tmp_path / "victim" / "file"
    refused(bundle_of(tmp_path / "b.zip", "b/batch.json", f"b/{victim}"), runs)
    assert not victim.parent.exists()


E_ACUTE = "\u00e9"


@pytest.mark.parametrize(
    ("one", "other", "problem"),
    [
        ("b/a", "b/a", "there twice"),
        ("b/a", "b/A", "do not tell case"),
        ("b/a/x", "b/A/y", "do not tell case"),
        (f"b/{E_ACUTE}", f"b/{unicodedata.normalize('NFD', E_ACUTE)}", "composed letters"),
        (f"b/{E_ACUTE.upper()}/x", f"b/{unicodedata.normalize('NFD', E_ACUTE)}/y", "composed letters"),
        ("b/a", "b/a/x", "which is a file"),
        ("b/a/x", "b/a", "is a file and a folder"),
        ("b/a/x", "b/A", "is a file and a folder"),
        ("b/a", "b/a/", "which is a file"),
        ("b/x", "B/y", "do not tell case"),
        ("b", "b/x", "outside of the batch's folder"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_names_that_a_file_system_could_take_for_one_are_refused(
    tmp_path: Path, runs: Path, one: str, other: str, problem: str
) -> None:
    mode = stat.S_IFDIR | 0o755 if other.endswith("/") else FILE
    path = bundle_of(
        tmp_path / "b.zip", one, put=lambda archive: written(archive, other, b"" if "/" in other[-1] else b"x", mode)
    )
    assert problem in refused(path, runs).problem


@pytest.mark.parametrize("name", [".b/x", ".history.duckdb/x", "latest/x", "Latest/x"])
def test_a_batch_of_a_name_that_means_something_in_runs_is_refused(tmp_path: Path, runs: Path, name: str) -> None:
    assert "not the name of a batch" in refused(bundle_of(tmp_path / "b.zip", name), runs).problem


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR])
def test_what_is_not_a_file_is_refused(tmp_path: Path, runs: Path, kind: int) -> None:
    path = bundle_of(tmp_path / "b.zip", put=lambda a: written(a, "b/link", b"/etc/passwd", kind | 0o777))
    assert "a link" in refused(path, runs).problem


def test_a_bomb_is_refused_before_it_goes_off(tmp_path: Path, runs: Path) -> None:
    path = bundle_of(tmp_path / "b.zip", put=lambda a: written(a, "b/bomb", b"\0" * (64 << 20)))
    assert "would unpack to" in refused(path, runs).problem


def test_two_batches_in_one_bundle_are_refused(tmp_path: Path, runs: Path) -> None:
    assert "2 folders" in refused(bundle_of(tmp_path / "b.zip", "b/a", "c/a"), runs).problem


def test_an_empty_bundle_is_refused(tmp_path: Path, runs: Path) -> None:
    assert "0 folders" in refused(bundle_of(tmp_path / "b.zip"), runs).problem


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_way_of_packing_that_is_not_ours_is_refused(tmp_path: Path, runs: Path, method: int) -> None:
    path = bundle_of(tmp_path / "b.zip", put=lambda a: a.writestr("b/a", b"x" * 99, compress_type=method))
    assert "not supported" in refused(path, runs).problem


CONTENT = bytes(range(256)) * 40


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    """Two members, the first of them stored and the second packed."""
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("b/stored", CONTENT)
        archive.writestr("b/packed", CONTENT, compress_type=zipfile.ZIP_DEFLATED)
    return tmp_path / "b.zip"


CENTRAL = b"PK\x01\x02"
METHOD, CRC, PACKED, SIZE, OFFSET = (10, "<H"), (16, "<I"), (20, "<I"), (24, "<I"), (42, "<I")
"""Fields of a member's entry in the central directory (APPNOTE 4.3.12): where, and of what type."""


def patched(bundle: Path, number: int, field: tuple[int, str], value: int) -> Path:
    """The bundle with another value in the entry of its ``number``-th member."""
    data = bytearray(bundle.read_bytes())
    at = -1
    for _ in range(number + 1):
        at = data.index(CENTRAL, at + 1)
    struct.pack_into(field[1], data, at + field[0], value)
    bundle.write_bytes(data)
    return bundle


@pytest.mark.parametrize("number", [0, 1], ids=["stored", "packed"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param(CRC, 1, id="another checksum"),
        pytest.param(SIZE, 100, id="shorter than it is"),
        pytest.param(SIZE, 20_000, id="longer than it is"),
        pytest.param(SIZE, 0, id="empty, it says"),
        pytest.param(SIZE, 0xFFFFFFFF, id="as long as a field of zip64 says that is not there"),
        pytest.param(PACKED, 50, id="packed shorter"),
        pytest.param(PACKED, 0, id="packed to nothing"),
        pytest.param(METHOD, 99, id="a method that nobody knows"),
        pytest.param(OFFSET, 7, id="in the middle of something else"),
        pytest.param(OFFSET, 1 << 30, id="behind the end"),
    ],
)
def test_a_member_that_is_not_what_it_says_is_refused(
    honest: Path, runs: Path, number: int, field: tuple[int, str], value: int
) -> None:
    bundle = patched(honest, number, field, value)
    with pytest.raises(WorkbenchError) as error, open_bundle(bundle) as opened:
        unpack(opened, runs)
    assert "\n" not in str(error.value)
    assert list(runs.iterdir()) == []


def test_members_that_share_their_bytes_are_refused(honest: Path, runs: Path) -> None:
    assert "overlaps" in refused(patched(honest, 1, OFFSET, 0), runs).problem


@pytest.mark.parametrize("field", [b"PK\x03\x04", b"b/packed"], ids=["signature", "name"])
def test_a_member_whose_own_head_says_something_else_is_refused(honest: Path, runs: Path, field: bytes) -> None:
    data = bytearray(honest.read_bytes())
    at = data.index(field, data.index(b"PK\x03\x04", 1))
    data[at : at + 2] = b"XX"
    honest.write_bytes(data)
    assert "is damaged" in refused(honest, runs).problem


def test_whatever_byte_of_a_bundle_is_changed_it_is_read_as_it_was_or_refused(
    honest: Path, tmp_path: Path, runs: Path
) -> None:
    data = honest.read_bytes()
    edges = [*range(120), *range(len(data) - 400, len(data))]
    for at in edges:
        bundle = tmp_path / "changed.zip"
        bundle.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        place = runs / str(at)
        place.mkdir()
        try:
            with open_bundle(bundle) as opened:
                unpack(opened, place)
        except WorkbenchError:
            assert list(place.iterdir()) == [], at
        else:
            assert {path.read_bytes() for path in place.rglob("*") if path.is_file()} <= {CONTENT}, at


@pytest.mark.parametrize("kept", [0, 3, 100, 10_300, -10, -60])
def test_a_bundle_that_was_cut_off_is_refused(honest: Path, runs: Path, kept: int) -> None:
    honest.write_bytes(honest.read_bytes()[:kept])
    with pytest.raises(WorkbenchError, match="is not a bundle that can be read"), open_bundle(honest) as opened:
        unpack(opened, runs)
    assert list(runs.iterdir()) == []


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"PK no")
    for path in (tmp_path / "b.zip", tmp_path / "gone.zip", tmp_path):
        with pytest.raises(WorkbenchError, match="is not a bundle"), open_bundle(path):
            pass


def test_a_damaged_member_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    path = bundle_of(tmp_path / "b.zip", put=lambda a: a.writestr("b/a", b"right" * 50))
    path.write_bytes(path.read_bytes().replace(b"rightright", b"wrongwrong", 1))
    with open_bundle(path) as bundle, pytest.raises(UnsafeBundle, match="is damaged"):
        bundle.digests()


def test_a_batch_is_taken_in_once_and_never_over_another(tmp_path: Path, runs: Path) -> None:
    path = bundle_of(tmp_path / "b.zip", "batch-1/batch.json", "batch-1/a4/users=5,x=ü.r2.try1/history.jsonl")
    with open_bundle(path) as bundle:
        folder = unpack(bundle, runs)
        assert (folder / "a4" / "users=5,x=ü.r2.try1" / "history.jsonl").read_bytes() == b"x"
        with pytest.raises(WorkbenchError, match="there already"):
            unpack(bundle, runs)
    assert [each.name for each in runs.iterdir()] == ["batch-1"]


def test_a_link_in_runs_that_leads_nowhere_is_not_followed(tmp_path: Path, runs: Path) -> None:
    (runs / "b").symlink_to(tmp_path / "nowhere")
    with pytest.raises(WorkbenchError, match="there already"), open_bundle(bundle_of(tmp_path / "b.zip", "b/x")) as one:
        unpack(one, runs)
    assert not (tmp_path / "nowhere").exists()


def test_a_disk_that_fills_leaves_nothing(tmp_path: Path) -> None:
    path = bundle_of(tmp_path / "b.zip", "b/batch.json", put=lambda a: a.writestr("b/x", b"x" * (1 << 20)))
    with small_disk(tmp_path / "runs", "256k") as runs:
        with pytest.raises(WorkbenchError, match="b could not be written"), open_bundle(path) as bundle:
            unpack(bundle, runs)
        assert list(runs.iterdir()) == []
