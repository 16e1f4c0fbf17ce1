"""A batch that was signed without a key is imported by whom it is signed, seen with a sigstore on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gp_lib.runner.attestation import keyless
from gp_lib.runner.attestation.attest import attest_keyless
from gp_lib.runner.attestation.bundles import open_bundle
from gp_lib.runner.attestation.files import pack
from gp_lib.runner.attestation.importing import NotAsSigned, Trust, take_in
from gp_lib.runner.attestation.keyless import Identity
from gp_lib.runner.attestation.keys import make_key, read_public_key
from gp_lib.runner.origin import Origin, origin_of
from tests.runner.report.folders import Made, make_batch
from tests.sigstores import Sigstore, sigstore

ME = "me@example.com"


@pytest.fixture(scope="module")
def ours() -> Iterator[Sigstore]:
    with sigstore() as instance:
        yield instance


@pytest.fixture
def config(ours: Sigstore, tmp_path: Path) -> Path:
    (tmp_path / "trust.json").write_text(ours.trust_config())
    return tmp_path / "trust.json"


@pytest.fixture
def bundle(ours: Sigstore, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv(keyless.VARIABLE, ours.authority.token(ME))
    batch = make_batch(tmp_path / "2026-11-25T04-00-00Z-3f9a", Made())
    attest_keyless(batch, config)
    pack(batch, tmp_path / "bundle.zip")
    return tmp_path / "bundle.zip"


def imported(bundle: Path, trust: Trust) -> Origin | None:
    runs = bundle.parent / "runs"
    runs.mkdir()
    with open_bundle(bundle) as opened:
        return origin_of(take_in(opened, runs, trust, called="bundle.zip"))


def test_who_is_named_has_signed_it(bundle: Path, ours: Sigstore, config: Path) -> None:
    origin = imported(bundle, Trust(Identity(ME, ours.url), trust_config=config))
    assert origin is not None
    assert (origin.trusted, ME in origin.signature) == (True, True)


def test_who_is_not_named_is_said_to_have_signed_it(bundle: Path, config: Path, tmp_path: Path) -> None:
    own = read_public_key(make_key(tmp_path / "own.pem").read_bytes(), "own.pem")
    origin = imported(bundle, Trust(own=own, trust_config=config))
    assert origin is not None
    assert (origin.trusted, origin.signed_by) == (False, ME)


def test_somebody_else_s_signature_is_refused(bundle: Path, ours: Sigstore, config: Path) -> None:
    with pytest.raises(NotAsSigned):
        imported(bundle, Trust(Identity("you@example.com", ours.url), trust_config=config))
    assert list((bundle.parent / "runs").iterdir()) == []


def test_another_sigstore_s_word_is_refused_also_when_unsigned_batches_are_taken(bundle: Path, tmp_path: Path) -> None:
    with sigstore() as another:
        (tmp_path / "another.json").write_text(another.trust_config())
    with pytest.raises(NotAsSigned):
        imported(bundle, Trust(trust_config=tmp_path / "another.json", unsigned=True))
    assert list((bundle.parent / "runs").iterdir()) == []
