"""What is imported is what was verified; it stays marked as from elsewhere, and its pages are ours."""

import base64
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation import keys
from gp_lib.runner.attestation.attest import attest
from gp_lib.runner.attestation.bundles import open_bundle
from gp_lib.runner.attestation.files import pack
from gp_lib.runner.attestation.importing import NotAsSigned, Trust, take_in
from gp_lib.runner.attestation.verify import verify
from gp_lib.runner.merging import merge
from gp_lib.runner.origin import Origin, origin_of
from gp_lib.runner.report.render import render
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.slim import slim
from gp_lib.verdict import Ruling
from tests.histories import tell
from tests.runner.report.folders import Made, a_check, make_batch, page

STORY = "amy a1 supervisor starts\namy a2 supervisor answers x\namy asked a"
NAME = "2026-11-25T04-00-00Z-3f9a"
THEIRS = "<script>alert('theirs')</script>"
PAGES = ("index.html", "a1_one/index.html", "report.md", "a1_one/charts/one.SVG", "a1_one/more.xhtml")


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """A batch of somebody else, whose pages say something of their own."""
    folder = make_batch(tmp_path / "theirs" / NAME, Made(history=tell(STORY).history))
    for name in PAGES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(THEIRS)
    return folder


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    (tmp_path / "ours" / "runs").mkdir(parents=True)
    return tmp_path / "ours" / "runs"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The public key of who signs; the private one stands beside it."""
    return keys.make_key(tmp_path / "keys" / "them.pem")


@pytest.fixture
def signed(batch: Path, key: Path) -> Path:
    attest(batch, keys.signer_from(key.with_suffix(".pem")))
    return batch


def bundle(batch: Path) -> Path:
    path = batch.parent / "bundle.zip"
    pack(batch, path)
    return path


def imported(path: Path, runs: Path, trust: Trust) -> Path:
    with open_bundle(path) as opened:
        return take_in(opened, runs, trust, called=path.name)


def named(key: Path) -> Trust:
    return Trust(named=keys.read_key_file(key))


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_signed_batch_is_as_it_was_and_says_who_signed_it(signed: Path, runs: Path, key: Path) -> None:
    before = files_of(signed)
    folder = imported(bundle(signed), runs, named(key))
    after = files_of(folder)
    origin = origin_of(folder)
    assert origin is not None
    assert (origin.source, origin.trusted) == ("bundle.zip", True)
    assert f"signed by key {keys.read_key_file(key).keyid}" in str(origin)
    assert {name: after[name] for name in before if name in after} == {
        name: content for name, content in before.items() if name not in (*PAGES, "junit.xml")
    }
    assert [path.name for path in runs.iterdir()] == [NAME]


def test_a_signer_that_was_not_named_is_said_to_be_one(signed: Path, runs: Path) -> None:
    origin = origin_of(imported(bundle(signed), runs, Trust()))
    assert origin is not None
    assert not origin.trusted
    assert str(origin).endswith(", who was not named when it was imported")


def test_somebody_else_s_batch_is_imported_by_who_has_a_key_of_his_own(
    signed: Path, runs: Path, key: Path, tmp_path: Path
) -> None:
    own = keys.read_key_file(keys.make_key(tmp_path / "own.pem"))
    origin = origin_of(imported(bundle(signed), runs, Trust(own=own)))
    assert origin is not None
    assert (origin.trusted, origin.signed_by) == (False, f"key {keys.read_key_file(key).keyid}")


def test_what_one_has_signed_oneself_needs_no_naming(signed: Path, runs: Path, key: Path) -> None:
    origin = origin_of(imported(bundle(signed), runs, Trust(own=keys.read_key_file(key))))
    assert origin is not None
    assert origin.trusted


def changed(folder: Path) -> None:
    (folder / "a1_one" / "executed.ipynb").write_text("{}")


def added(folder: Path) -> None:
    (folder / "a1_one" / "more.log").write_text("")


def removed(folder: Path) -> None:
    (folder / "a1_one" / "history.jsonl").unlink()


def page_changed(folder: Path) -> None:
    (folder / "index.html").write_text("<p>all is well")


def page_added(folder: Path) -> None:
    (folder / "a1_one" / "again.html").write_text("<p>all is well")


def statement_changed(folder: Path) -> None:
    envelope = evidence.read_json(folder / evidence.ATTESTATION)
    payload = base64.b64decode(envelope["payload"])
    envelope["payload"] = base64.b64encode(payload.replace(b"Tests", b"tests", 1)).decode()
    (folder / evidence.ATTESTATION).write_text(json.dumps(envelope))


def nothing_left(runs: Path) -> bool:
    return list(runs.iterdir()) == []


@pytest.mark.parametrize("unsigned", [False, True])
@pytest.mark.parametrize("change", [changed, added, removed, page_changed, page_added, statement_changed])
def test_a_batch_that_is_not_what_was_signed_is_refused_whatever_is_asked(
    signed: Path, runs: Path, key: Path, change: Callable[[Path], None], unsigned: bool
) -> None:
    change(signed)
    for trust in (Trust(unsigned=unsigned), Trust(own=keys.read_key_file(key), unsigned=unsigned)):
        with pytest.raises(NotAsSigned):
            imported(bundle(signed), runs, trust)
    assert nothing_left(runs)


def test_another_s_signature_is_refused_by_who_names_somebody(signed: Path, runs: Path, tmp_path: Path) -> None:
    with pytest.raises(NotAsSigned):
        imported(bundle(signed), runs, named(keys.make_key(tmp_path / "stranger.pem")))
    assert nothing_left(runs)


def test_the_very_bytes_that_were_verified_are_those_that_are_imported(signed: Path, runs: Path, key: Path) -> None:
    """The bundle is exchanged while it is open: by name it is another one then."""
    path = bundle(signed)
    with open_bundle(path) as opened:
        changed(signed)
        pack(signed, path)
        folder = take_in(opened, runs, named(key), called=path.name)
    assert (folder / "a1_one" / "executed.ipynb").read_text() != "{}"
    assert verify(folder, keys.read_key_file(key)).ruling is Ruling.PASS


def test_what_is_not_signed_is_imported_only_when_that_is_said(batch: Path, runs: Path, key: Path) -> None:
    path = bundle(batch)
    for trust in (Trust(), named(key)):
        with pytest.raises(WorkbenchError, match=r"is not signed: .* --unsigned"):
            imported(path, runs, trust)
    assert nothing_left(runs)
    folder = imported(path, runs, Trust(unsigned=True))
    assert str(origin_of(folder)) == "from elsewhere (bundle.zip): unsigned"


@pytest.mark.parametrize("name", [evidence.ORIGIN, "Origin.JSON"])
def test_a_mark_that_a_bundle_brings_is_neither_believed_nor_kept(batch: Path, runs: Path, name: str) -> None:
    lie = Origin(source="here", taken="", signed_by="the president", trusted=True)
    path = bundle(batch)
    with zipfile.ZipFile(path, "a") as archive:
        lie.write(batch)
        archive.write(batch / evidence.ORIGIN, f"{NAME}/{name}")
    folder = imported(path, runs, Trust(unsigned=True))
    assert [each for each in files_of(folder) if each.lower() == evidence.ORIGIN] == [evidence.ORIGIN]
    assert "unsigned" in str(origin_of(folder))


def test_a_mark_that_was_signed_makes_a_batch_differ(batch: Path, runs: Path, key: Path) -> None:
    """Nothing that we sign has one: it was made by hand, to be believed."""
    (batch / "origin.json.txt").write_text("{}")
    attest(batch, keys.signer_from(key.with_suffix(".pem")))
    with zipfile.ZipFile(batch.parent / "b.zip", "w") as archive:
        for name in files_of(batch):
            archive.write(batch / name, f"{NAME}/{name.replace('origin.json.txt', evidence.ORIGIN)}")
    with pytest.raises(NotAsSigned, match=r"removed: origin\.json"):
        imported(batch.parent / "b.zip", runs, Trust())


@pytest.mark.parametrize("how", ["signed", "unsigned"])
def test_no_page_of_theirs_stands_where_one_would_be_opened(batch: Path, runs: Path, key: Path, how: str) -> None:
    if how == "signed":
        attest(batch, keys.signer_from(key.with_suffix(".pem")))
    folder = imported(bundle(batch), runs, Trust(unsigned=how == "unsigned"))
    assert [name for name in PAGES if (folder / name).exists()] == []
    render(folder)
    for name in ("index.html", "a1_one/index.html", "report.md"):
        assert "from elsewhere (bundle.zip): " in (folder / name).read_text()
        assert "theirs" not in (folder / name).read_text()
    assert 'name="origin" value="from elsewhere (bundle.zip): ' in (folder / evidence.JUNIT).read_text()
    assert evidence.IMPORTED not in page(folder) + page(folder, "a1_one")


def test_a_batch_is_still_what_was_signed_when_our_pages_stand_in_it(signed: Path, runs: Path, key: Path) -> None:
    folder = imported(bundle(signed), runs, named(key))
    for _ in range(2):
        assert verify(folder, keys.read_key_file(key)).ruling is Ruling.PASS
        render(folder)
    (folder / ("index.html" + evidence.IMPORTED)).write_text("<p>all is well")
    assert verify(folder, keys.read_key_file(key)).changed == ("index.html",)


def test_it_is_handed_on_as_it_came(signed: Path, runs: Path, key: Path, tmp_path: Path) -> None:
    first = bundle(signed)
    folder = imported(first, runs, named(key))
    render(folder)
    pack(folder, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == first.read_bytes()


@pytest.mark.parametrize("name", ["index.html.imported", "x.IMPORTED", "origin.json/x", "ORIGIN.json/x/y"])
def test_a_name_of_what_we_put_into_imported_batches_is_refused(batch: Path, runs: Path, name: str) -> None:
    (batch / name).parent.mkdir(parents=True, exist_ok=True)
    (batch / name).write_text(THEIRS)
    with pytest.raises(WorkbenchError, match="kept for what is put into imported batches"):
        imported(bundle(batch), runs, Trust(unsigned=True))
    assert nothing_left(runs)


def test_a_bundle_without_a_batch_in_it_is_refused(tmp_path: Path, runs: Path) -> None:
    (tmp_path / "x" / "a4").mkdir(parents=True)
    (tmp_path / "x" / "a4" / "history.jsonl").write_text("{}")
    with pytest.raises(WorkbenchError, match="is not a batch"):
        imported(bundle(tmp_path / "x"), runs, Trust(unsigned=True))
    assert nothing_left(runs)


def test_a_mark_that_cannot_be_read_is_one_all_the_same(batch: Path) -> None:
    for content in ("", "[]", "{}", '{"signed_by": 3}', "\xff"):
        (batch / evidence.ORIGIN).write_text(content, encoding="latin-1")
        assert str(origin_of(batch)) == "from elsewhere (its note cannot be read): unsigned"
    (batch / evidence.ORIGIN).unlink()
    (batch / evidence.ORIGIN).symlink_to("nowhere")
    assert origin_of(batch) is not None


def test_what_is_made_of_it_is_from_elsewhere_too(signed: Path, runs: Path, key: Path, tmp_path: Path) -> None:
    """And no signature covers it any more."""
    folder = imported(bundle(signed), runs, named(key))
    ours = make_batch(runs / "2026-11-25T05-00-00Z-0001", Made("w2_two", history=tell(STORY).history))
    render(folder)
    merged = merge([ours, folder], runs)
    slim(folder, tmp_path / "slim")
    for made in (merged, tmp_path / "slim"):
        assert str(origin_of(made)).endswith(": unsigned")
        assert NAME in str(origin_of(made))
        assert "from elsewhere" in (made / evidence.REPORT).read_text()
        assert not [content for content in files_of(made).values() if THEIRS.encode() in content]
    assert origin_of(merge([ours], runs)) is None


def test_batches_from_elsewhere_are_not_in_the_past_of_ours(batch: Path, runs: Path) -> None:
    from gp_lib.runner.report.saved import past_runs

    imported(bundle(batch), runs, Trust(unsigned=True))
    ours = [make_batch(runs / f"2026-11-26T05-00-00Z-000{n}", Made(checks=(a_check(),))) for n in (1, 2)]
    found = past_runs(SavedBatch.read(ours[1]))
    assert [past.batch for past in found["a1_one"]] == [ours[0].name]
