"""A batch signed without a key, by whom a sigstore certifies: seen with a private one on loopback."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from gp_lib import evidence
from gp_lib.errors import SettingsError, WorkbenchError
from gp_lib.runner.attestation import keyless, keys
from gp_lib.runner.attestation.attest import attest, attest_keyless
from gp_lib.runner.attestation.files import pack
from gp_lib.runner.attestation.keyless import Identity
from gp_lib.runner.attestation.verify import verify
from gp_lib.verdict import Ruling
from tests.signed_batches import PLATFORM, save_batch
from tests.sigstores import Authority, Sigstore, key, sigstore

ME = "me@example.com"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No job of CI, no proxy, and none of the user's own folders: sigstore keeps the public keys there."""
    for name in (
        "GITHUB_ACTIONS",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "GITLAB_CI",
        "CIRCLECI",
        "BUILDKITE",
        "GCE_METADATA",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def ours() -> Iterator[Sigstore]:
    with sigstore() as instance:
        yield instance


@pytest.fixture
def trust(ours: Sigstore, tmp_path: Path) -> Path:
    (tmp_path / "trust.json").write_text(ours.trust_config())
    return tmp_path / "trust.json"


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    folder = save_batch(tmp_path / "2026-11-25T04-00-00Z-3f9a", {"a4": "pass"})
    (folder / "a4" / "history.jsonl").write_text("{}\n")
    return folder


@pytest.fixture
def signed(batch: Path, ours: Sigstore, trust: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(keyless.VARIABLE, ours.authority.token(ME))
    assert attest_keyless(batch, trust).files == 3
    return batch


def me(ours: Sigstore) -> Identity:
    return Identity(ME, ours.url)


def test_an_untouched_batch_is_verified_for_who_names_the_signer(signed: Path, ours: Sigstore, trust: Path) -> None:
    found = verify(signed, me(ours), trust)
    assert (found.ruling, found.files) == (Ruling.PASS, 3)
    assert f"signed by {ME} (says {ours.url}), whom you have named" in str(found)


def test_a_bundle_is_verified_without_a_network(signed: Path, trust: Path, tmp_path: Path) -> None:
    with sigstore() as another:
        (tmp_path / "gone.json").write_text(another.trust_config())
        attest_keyless_as(another, signed, tmp_path / "gone.json")
    pack(signed, tmp_path / "bundle.zip")
    assert verify(tmp_path / "bundle.zip", me(another), tmp_path / "gone.json").ruling is Ruling.PASS


def attest_keyless_as(instance: Sigstore, folder: Path, config: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(keyless.VARIABLE, instance.authority.token(ME))
        attest_keyless(folder, config)


def test_where_nobody_is_named_it_is_unknown_who_signed_but_their_name_is_said(signed: Path, trust: Path) -> None:
    found = verify(signed, None, trust)
    assert found.ruling is Ruling.UNKNOWN
    assert f"signed by {ME}, whom you have not named" in str(found)


def test_every_difference_is_named(signed: Path, ours: Sigstore, trust: Path) -> None:
    (signed / "a4" / "history.jsonl").write_text("[]\n")
    (signed / "more").write_text("")
    found = verify(signed, me(ours), trust)
    assert (found.ruling, found.changed, found.added) == (Ruling.FAIL, ("a4/history.jsonl",), ("more",))


@pytest.mark.parametrize(
    ("name", "issuer"), [("you@example.com", None), (ME, "https://issuer.example")], ids=["name", "issuer"]
)
def test_somebody_elses_signature_fails(
    signed: Path, ours: Sigstore, trust: Path, name: str, issuer: str | None
) -> None:
    found = verify(signed, Identity(name, issuer or ours.url), trust)
    assert (found.ruling, found.signed_by) == (Ruling.FAIL, None)
    assert "the signature is not valid: Certificate's" in str(found)


def test_another_sigstores_word_fails(signed: Path, ours: Sigstore, tmp_path: Path) -> None:
    with sigstore() as another:
        (tmp_path / "another.json").write_text(another.trust_config())
    for config in (tmp_path / "another.json", None):  # nor is it the public one's
        found = verify(signed, me(ours), config)
        assert found.ruling is Ruling.FAIL
        assert "another one give --trust-config" in str(found)


def changed(*path: str | int, by: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def change(bundle: dict[str, Any]) -> None:
        inner: Any = bundle
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = by(inner[path[-1]])

    return change


def swapped(text: str) -> str:
    """Base64 of as many bytes, two of them exchanged."""
    at = len(text) // 2
    return text[:at] + text[at + 4 : at + 8] + text[at : at + 4] + text[at + 8 :]


ENTRY = ("verificationMaterial", "tlogEntries", 0)


@pytest.mark.parametrize("name", [evidence.KEYLESS_ATTESTATION, evidence.KEYLESS_FILES_ATTESTATION])
@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(changed("dsseEnvelope", "payload", by=swapped), id="payload"),
        pytest.param(changed("dsseEnvelope", "signatures", 0, "sig", by=swapped), id="signature"),
        pytest.param(changed(*ENTRY, "inclusionPromise", "signedEntryTimestamp", by=swapped), id="promise"),
        pytest.param(changed(*ENTRY, "inclusionProof", "rootHash", by=swapped), id="root"),
        pytest.param(changed(*ENTRY, "integratedTime", by=lambda t: str(int(t) - 3600)), id="time"),
    ],
)
def test_whatever_is_forged_in_the_bundle_is_noticed(
    signed: Path, ours: Sigstore, trust: Path, forge: Callable[[dict[str, Any]], None], name: str
) -> None:
    file = signed / name
    bundle = json.loads(file.read_text())
    forge(bundle)
    file.write_text(json.dumps(bundle))
    assert verify(signed, me(ours), trust).ruling is Ruling.FAIL


def test_a_certificate_of_the_same_person_over_another_key_is_not_that_of_the_signature(
    signed: Path, ours: Sigstore, trust: Path
) -> None:
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key(), SHA256())
    leaf, _ = ours.authority.certify(ours.authority.token(ME), request.public_bytes(Encoding.PEM))
    other = base64.b64encode(x509.load_pem_x509_certificate(leaf.encode()).public_bytes(Encoding.DER)).decode()
    file = signed / evidence.KEYLESS_ATTESTATION
    bundle = json.loads(file.read_text())
    changed("verificationMaterial", "certificate", "rawBytes", by=lambda _: other)(bundle)
    file.write_text(json.dumps(bundle))
    assert verify(signed, me(ours), trust).ruling is Ruling.FAIL


@pytest.mark.parametrize(
    "text", ["", "{}", "no JSON", '{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}']
)
def test_what_is_no_bundle_is_said_to_be_none(signed: Path, ours: Sigstore, trust: Path, text: str) -> None:
    (signed / evidence.KEYLESS_ATTESTATION).write_text(text)
    with pytest.raises(WorkbenchError, match="is no sigstore bundle"):
        verify(signed, me(ours), trust)


def test_a_certificate_that_no_log_knows_of_signs_nothing(
    batch: Path, ours: Sigstore, trust: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours.authority, "timestamps", key())
    monkeypatch.setenv(keyless.VARIABLE, ours.authority.token(ME))
    with pytest.raises(WorkbenchError, match="SCT"):
        attest_keyless(batch, trust)
    assert not evidence.is_attested(batch)


def test_a_token_of_another_provider_signs_nothing(
    batch: Path, ours: Sigstore, trust: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keyless.VARIABLE, Authority(ours.url).token(ME))
    with pytest.raises(WorkbenchError, match=r"nothing is signed: .*400"):
        attest_keyless(batch, trust)
    assert not evidence.is_attested(batch)


def test_an_expired_token_is_refused_with_its_reason(
    batch: Path, ours: Sigstore, trust: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keyless.VARIABLE, ours.authority.token(ME, timedelta(minutes=-1)))
    with pytest.raises(SettingsError, match=keyless.VARIABLE):
        attest_keyless(batch, trust)


def test_without_a_token_it_says_where_one_comes_from(
    batch: Path, trust: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(keyless.VARIABLE, raising=False)
    with pytest.raises(SettingsError, match="id-token: write"):
        attest_keyless(batch, trust)


def test_a_job_of_ci_signs_as_itself(batch: Path, ours: Sigstore, trust: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(keyless.VARIABLE, raising=False)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{ours.url}/token?x=1")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", ours.asks_for)
    attest_keyless(batch, trust)
    assert verify(batch, Identity("https://ci.example/job", ours.url), trust).ruling is Ruling.PASS


def test_a_sigstore_that_is_gone_costs_nothing_but_the_signature(
    batch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sigstore() as gone:
        (tmp_path / "gone.json").write_text(gone.trust_config())
        monkeypatch.setenv(keyless.VARIABLE, gone.authority.token(ME))
    with pytest.raises(WorkbenchError, match="nothing is signed: "):
        attest_keyless(batch, tmp_path / "gone.json")
    assert not evidence.is_attested(batch)


def test_a_key_and_an_identity_may_both_sign(signed: Path, ours: Sigstore, trust: Path, tmp_path: Path) -> None:
    public = keys.make_key(tmp_path / "key.pem")
    attest(signed, keys.signer_from(tmp_path / "key.pem"))
    assert verify(signed, keys.read_key_file(public)).ruling is Ruling.PASS
    assert verify(signed, me(ours), trust).ruling is Ruling.PASS


def test_a_commit_which_sigstore_does_not_take_for_a_digest_is_in_the_predicate(signed: Path) -> None:
    bundle = json.loads((signed / evidence.KEYLESS_ATTESTATION).read_text())
    statement = json.loads(base64.b64decode(bundle["dsseEnvelope"]["payload"]))
    assert [subject["name"] for subject in statement["subject"]] == ["a4.ipynb"]
    assert statement["predicate"]["platform"] == f"gitCommit:{PLATFORM['commit']}"


def test_the_two_statements_need_one_signer(signed: Path, ours: Sigstore, trust: Path) -> None:
    mine = (signed / evidence.KEYLESS_ATTESTATION).read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(keyless.VARIABLE, ours.authority.token("you@example.com"))
        attest_keyless(signed, trust)
    (signed / evidence.KEYLESS_ATTESTATION).write_bytes(mine)
    found = verify(signed, None, trust)
    assert found.ruling is Ruling.FAIL
    assert f"different people ({ME}, you@example.com)" in str(found)


def test_what_is_no_trust_configuration_is_refused(batch: Path, signed: Path, ours: Sigstore, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text("{}")
    with pytest.raises(SettingsError, match="is no trust configuration"):
        verify(signed, me(ours), tmp_path / "none.json")
