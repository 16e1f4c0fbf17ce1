"""A signed batch is checked by a stranger: what was changed, added or removed has a name."""

import base64
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import SettingsError, WorkbenchError
from gp_lib.runner.attestation import keys
from gp_lib.runner.attestation.attest import attest
from gp_lib.runner.attestation.files import pack
from gp_lib.runner.attestation.verify import verify
from gp_lib.verdict import Ruling
from tests.signed_batches import save_batch

RULINGS = {
    "a4_tools_end_to_end": "pass",
    "w4_sequence_integrity": "fail",
    "d3_events_only_after_commit": "unknown",
}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    keys.make_key(tmp_path / "keys" / "me.pem")
    return tmp_path / "keys" / "me.pem"


@pytest.fixture
def batch(tmp_path: Path, key_file: Path) -> Path:
    folder = save_batch(tmp_path / "2026-11-25T04-00-00Z-3f9a", RULINGS)
    for name, text in {"a4_tools_end_to_end/history.jsonl": "{}\n", "index.html": "<p>", "services/x.log": "a"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert attest(folder, keys.signer_from(key_file)).files == 7
    return folder


def public(key_file: Path) -> Path:
    return key_file.with_suffix(".pub")


@pytest.fixture(params=["folder", "bundle"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def handed_on(batch: Path, form: str) -> Path:
    if form == "folder":
        return batch
    pack(batch, batch.parent / "bundle.zip")
    return batch.parent / "bundle.zip"


def test_an_untouched_batch_is_verified_with_the_key_that_the_reader_trusts(
    batch: Path, key_file: Path, form: str
) -> None:
    found = verify(handed_on(batch, form), keys.read_key_file(public(key_file)))
    assert (found.ruling, found.files) == (Ruling.PASS, 7)


def test_with_only_the_key_that_came_along_it_is_unknown_who_signed(batch: Path, form: str) -> None:
    found = verify(handed_on(batch, form), None)
    assert found.ruling is Ruling.UNKNOWN
    assert "whom you have not named: the key came with the batch" in str(found)


def test_every_difference_is_named(batch: Path, key_file: Path, form: str) -> None:
    (batch / "index.html").write_text("<p>all is well")
    (batch / "services" / "more.log").write_text("b")
    (batch / "services" / "x.log").unlink()
    found = verify(handed_on(batch, form), keys.read_key_file(public(key_file)))
    assert found.ruling is Ruling.FAIL
    assert (found.changed, found.added, found.removed) == (("index.html",), ("services/more.log",), ("services/x.log",))
    assert "changed: index.html" in str(found)


def test_another_ones_signature_is_no_signature(batch: Path, tmp_path: Path, form: str) -> None:
    stranger = keys.make_key(tmp_path / "stranger.pem")
    assert verify(handed_on(batch, form), keys.read_key_file(stranger)).ruling is Ruling.FAIL


def test_a_batch_that_a_forger_has_signed_again_fails_for_who_knows_the_real_key(
    batch: Path, key_file: Path, tmp_path: Path
) -> None:
    (batch / "index.html").write_text("forged")
    keys.make_key(tmp_path / "forger.pem")
    attest(batch, keys.signer_from(tmp_path / "forger.pem"))
    assert verify(batch, None).ruling is Ruling.UNKNOWN
    assert verify(batch, keys.read_key_file(public(key_file))).ruling is Ruling.FAIL


def test_a_changed_statement_is_noticed(batch: Path, key_file: Path) -> None:
    envelope = evidence.read_json(batch / evidence.ATTESTATION)
    payload = base64.b64decode(envelope["payload"])
    envelope["payload"] = base64.b64encode(payload.replace(b"Tests", b"tests", 1)).decode()
    (batch / evidence.ATTESTATION).write_text(json.dumps(envelope))
    assert verify(batch, keys.read_key_file(public(key_file))).ruling is Ruling.FAIL


def test_the_readers_own_key_needs_no_naming(batch: Path, key_file: Path, form: str) -> None:
    found = verify(handed_on(batch, form), None, own=keys.read_key_file(public(key_file)))
    assert found.ruling is Ruling.PASS
    assert "which is your own" in str(found)


def test_a_key_of_ones_own_makes_nobody_elses_signature_a_failure(batch: Path, tmp_path: Path, form: str) -> None:
    mine = keys.read_key_file(keys.make_key(tmp_path / "mine.pem"))
    found = verify(handed_on(batch, form), None, own=mine)
    assert found.ruling is Ruling.UNKNOWN
    assert "whom you have not named" in str(found)


def test_what_is_intact_is_said_with_the_verdict_which_changes_nothing_of_it(
    batch: Path, key_file: Path, form: str
) -> None:
    found = verify(handed_on(batch, form), keys.read_key_file(public(key_file)))
    assert str(found).splitlines()[0] == "intact: 7 files are as they were signed"
    assert str(found).splitlines()[-1] == "verdict: fail (1 pass, 1 fail, 1 unknown)"
    assert found.ruling is Ruling.PASS


def test_a_batch_under_another_name_is_told_from_the_one_that_was_signed(batch: Path, key_file: Path) -> None:
    renamed = batch.rename(batch.with_name("2026-12-24T04-00-00Z-0000"))
    found = verify(renamed, keys.read_key_file(public(key_file)))
    assert found.ruling is Ruling.PASS
    assert "signed as the batch 2026-11-25T04-00-00Z-3f9a, now 2026-12-24T04-00-00Z-0000" in str(found)


def test_the_result_of_one_batch_and_the_files_of_another_do_not_belong_together(
    batch: Path, key_file: Path, tmp_path: Path
) -> None:
    green = save_batch(tmp_path / "green", {"a4": "pass"})
    attest(green, keys.signer_from(key_file))
    shutil.copy(green / evidence.ATTESTATION, batch)
    found = verify(batch, keys.read_key_file(public(key_file)))
    assert (found.ruling, found.signed_by) == (Ruling.FAIL, None)
    assert "of the files of one batch and of the result of another" in str(found)


def test_without_its_second_statement_a_batch_is_not_what_was_signed(batch: Path, key_file: Path) -> None:
    (batch / evidence.FILES_ATTESTATION).unlink()
    with pytest.raises(WorkbenchError, match="cannot be read as a statement"):
        verify(batch, keys.read_key_file(public(key_file)))


def test_a_link_in_a_batch_is_not_signed(batch: Path, key_file: Path) -> None:
    (batch / "link").symlink_to("/etc/hostname")
    with pytest.raises(WorkbenchError, match="link is neither a file nor a folder"):
        attest(batch, keys.signer_from(key_file))


def test_a_folder_without_a_batch_is_refused(tmp_path: Path, key_file: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkbenchError, match=r"batch\.json cannot be read"):
        attest(tmp_path / "empty", keys.signer_from(key_file))
    with pytest.raises(WorkbenchError, match="is not signed"):
        verify(tmp_path / "empty", None)


def test_a_key_is_readable_by_its_owner_only_and_never_made_over_another(key_file: Path) -> None:
    assert key_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SettingsError, match="no key can be made there"):
        keys.make_key(key_file)


def test_the_environment_can_hold_the_key(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(keys.VARIABLE, key_file.read_text())
    assert keys.signer_from(None).public_key.keyid == keys.signer_from(key_file).public_key.keyid
    monkeypatch.setenv(keys.VARIABLE, "no key")
    with pytest.raises(SettingsError, match=keys.VARIABLE):
        keys.signer_from(None)


def test_the_same_batch_makes_the_same_bundle(batch: Path, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        pack(batch, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "one.zip").testzip() is None
