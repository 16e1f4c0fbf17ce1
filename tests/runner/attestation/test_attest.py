"""A signed batch is checked by a stranger: what was changed, added or removed has a name."""

import base64
import json
import zipfile
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import SettingsError, WorkbenchError
from gp_lib.runner.attestation import keys
from gp_lib.runner.attestation.attest import attest, verify
from gp_lib.runner.attestation.files import pack
from gp_lib.verdict import Ruling

SCENARIOS = [
    {"folder": "a4_tools_end_to_end", "verdict": "pass"},
    {"folder": "w4_sequence_integrity", "verdict": "fail"},
    {"folder": "d3_events_only_after_commit", "verdict": "unknown"},
]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    keys.make_key(tmp_path / "keys" / "me.pem")
    return tmp_path / "keys" / "me.pem"


@pytest.fixture
def batch(tmp_path: Path, key_file: Path) -> Path:
    folder = tmp_path / "2026-11-25T04-00-00Z-3f9a"
    for name, text in {"a4_tools_end_to_end/history.jsonl": "{}\n", "index.html": "<p>", "services/x.log": "a"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    evidence.write_json(folder / evidence.BATCH, {"verdict": "fail", "scenarios": SCENARIOS})
    assert attest(folder, keys.signer_from(key_file)) == 4
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
    found = verify(handed_on(batch, form), keys.trusted_key(public(key_file)))
    assert (found.ruling, found.files) == (Ruling.PASS, 4)


def test_with_only_the_key_that_came_along_it_is_unknown_who_signed(batch: Path, form: str) -> None:
    found = verify(handed_on(batch, form), None)
    assert found.ruling is Ruling.UNKNOWN
    assert "came with the batch" in str(found)


def test_every_difference_is_named(batch: Path, key_file: Path, form: str) -> None:
    (batch / "index.html").write_text("<p>all is well")
    (batch / "services" / "more.log").write_text("b")
    (batch / "services" / "x.log").unlink()
    found = verify(handed_on(batch, form), keys.trusted_key(public(key_file)))
    assert found.ruling is Ruling.FAIL
    assert (found.changed, found.added, found.removed) == (("index.html",), ("services/more.log",), ("services/x.log",))
    assert "changed: index.html" in str(found)


def test_another_ones_signature_is_no_signature(batch: Path, tmp_path: Path, form: str) -> None:
    stranger = keys.make_key(tmp_path / "stranger.pem")
    assert verify(handed_on(batch, form), keys.trusted_key(stranger)).ruling is Ruling.FAIL


def test_a_batch_that_a_forger_has_signed_again_fails_for_who_knows_the_real_key(
    batch: Path, key_file: Path, tmp_path: Path
) -> None:
    (batch / "index.html").write_text("forged")
    keys.make_key(tmp_path / "forger.pem")
    attest(batch, keys.signer_from(tmp_path / "forger.pem"))
    assert verify(batch, None).ruling is Ruling.UNKNOWN
    assert verify(batch, keys.trusted_key(public(key_file))).ruling is Ruling.FAIL


def test_a_changed_statement_is_noticed(batch: Path, key_file: Path) -> None:
    envelope = evidence.read_json(batch / evidence.ATTESTATION)
    envelope["payload"] = envelope["payload"].replace("A", "B", 1)
    evidence.write_json(batch / evidence.ATTESTATION, envelope)
    assert verify(batch, keys.trusted_key(public(key_file))).ruling is Ruling.FAIL


def test_the_statement_is_an_in_toto_test_result(batch: Path) -> None:
    statement = json.loads(base64.b64decode(evidence.read_json(batch / evidence.ATTESTATION)["payload"]))
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["predicate"]["result"] == "FAILED"
    assert statement["predicate"]["warnedTests"] == ["d3_events_only_after_commit"]
    assert {len(subject["digest"]["sha256"]) for subject in statement["subject"]} == {64}


def test_a_link_in_a_batch_is_not_signed(batch: Path, key_file: Path) -> None:
    (batch / "link").symlink_to("/etc/hostname")
    with pytest.raises(WorkbenchError, match="link is neither a file nor a folder"):
        attest(batch, keys.signer_from(key_file))


def test_a_folder_without_a_batch_is_refused(tmp_path: Path, key_file: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(WorkbenchError, match=r"batch\.json cannot be read"):
        attest(tmp_path / "empty", keys.signer_from(key_file))
    with pytest.raises(WorkbenchError, match="is not attested"):
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
