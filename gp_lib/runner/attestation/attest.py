"""Signs a batch: what was tested with which result, and every file of the evidence."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner

from gp_lib import evidence
from gp_lib.runner.attestation import keyless, keys
from gp_lib.runner.attestation.files import digests_of_folder
from gp_lib.runner.attestation.results import Results, results_of
from gp_lib.runner.attestation.statement import PAYLOAD_TYPE, evidence_statement, result_statement


@dataclass(frozen=True, slots=True)
class Statements:
    """What is signed of a batch: ``files`` is how many files it has, ``results`` what they say came out."""

    files: int
    results: Results
    tested: bytes
    evidence: bytes


def statements_about(folder: Path, algorithms: Collection[str] = ()) -> Statements:
    """The two statements about the batch in ``folder``; ``algorithms`` as in ``result_statement``.

    Raises:
        WorkbenchError: it holds no finished batch, or something that is neither a file nor a folder.
    """
    digests = digests_of_folder(folder)
    results = results_of(digests.keys(), lambda name: (folder / name).read_bytes())
    tested = result_statement(results, digests, algorithms)
    return Statements(len(digests), results, tested, evidence_statement(folder.name, digests, tested))


def attest(folder: Path, signer: CryptoSigner) -> Statements:
    """Sign every file of the batch with a key, and what it says came out. An earlier attestation by a key is replaced.

    Raises:
        WorkbenchError: the folder holds no finished batch, or something that is neither a file nor a folder.
    """
    about = statements_about(folder)
    evidence.write_whole(folder / evidence.PUBLIC_KEY, keys.public_key_of(signer))
    for name, statement in ((evidence.FILES_ATTESTATION, about.evidence), (evidence.ATTESTATION, about.tested)):
        envelope = Envelope(statement, PAYLOAD_TYPE, {})
        envelope.sign(signer)
        # as bytes: what is signed must not be cleaned, and what it names was
        evidence.write_whole(folder / name, json.dumps(envelope.to_dict(), indent=1).encode())
    return about


def attest_keyless(folder: Path, trust_config: Path | None) -> Statements:
    """As ``attest``, with sigstore. An earlier attestation by it is replaced.

    ``trust_config`` names another sigstore than the public one.

    Raises:
        SettingsError: sigstore is not installed, or nothing says who signs.
        WorkbenchError: the folder holds no finished batch, or something that is neither a file nor a folder; or
            sigstore did not sign.
    """
    about = statements_about(folder, keyless.ALGORITHMS)
    files, tested = keyless.sign([about.evidence, about.tested], trust_config)
    evidence.write_whole(folder / evidence.KEYLESS_FILES_ATTESTATION, files)
    evidence.write_whole(folder / evidence.KEYLESS_ATTESTATION, tested)
    return about
