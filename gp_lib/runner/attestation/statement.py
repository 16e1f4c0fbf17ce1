"""What is signed: two in-toto statements about a batch.

The **test result** is for policies: its subject is what was tested, the platform and the notebooks. The **evidence** is
for readers: its subject is every file of the batch, and it names the batch and the test result it belongs to.

Sources: in-toto Statement v1 and its predicate ``test-result`` v0.1, in a DSSE envelope v1.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from gp_lib import evidence, strict_json
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.files import Digests
from gp_lib.runner.attestation.results import DigestSet, Results
from gp_lib.runner.schemas import EvidenceSchema, StatementSchema
from gp_lib.schemas import fitted
from gp_lib.verdict import Ruling

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
EVIDENCE = "urn:golden-path-workbench:evidence:1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"

S = TypeVar("S", bound=StatementSchema)

UNIDENTIFIED = "unidentified"
"""What the test result says of a platform that names neither its commit nor its digest."""


def result_statement(results: Results, digests: Digests, algorithms: Collection[str] = ()) -> bytes:
    """The statement about what was tested, as the bytes that are signed.

    ``algorithms`` are the digests that the signer accepts in a subject; empty: all of in-toto's. The predicate's
    ``platform`` has all there are.

    PASSED takes at least one scenario, and all of them passed. What is *unknown* has not passed: it stands among the
    failed tests, and the extension field ``unknownTests`` says which of them it is. The result is never WARNED, since
    policies may accept that as passed.
    """
    predicate: dict[str, Any] = {
        "result": result_of(results),
        "configuration": [{"name": evidence.BATCH, "digest": {"sha256": digests[evidence.BATCH]}}],
        "passedTests": results.having(Ruling.PASS),
        "warnedTests": [],
        "failedTests": results.having(Ruling.FAIL, Ruling.UNKNOWN),
        "unknownTests": results.having(Ruling.UNKNOWN),
        "platform": platform_of(results),
    }
    if results.url:
        predicate["url"] = results.url
    return _statement(_tested(results, digests, algorithms), TEST_RESULT, predicate)


def result_of(results: Results) -> str:
    """The result as in-toto has it."""
    return "PASSED" if results.ruling is Ruling.PASS else "FAILED"


def platform_of(results: Results) -> str:
    """The platform under test by its digests (``gitCommit:0b5a…``), several of them between semicolons."""
    texts = (", ".join(f"{name}:{digest}" for name, digest in found.items()) for found in results.platforms)
    return "; ".join(texts) or UNIDENTIFIED


def _tested(results: Results, digests: Digests, algorithms: Collection[str]) -> dict[str, DigestSet]:
    """The platform and the notebooks by name; those as they were executed where the batch has no others' digests."""
    several = len(results.platforms) > 1
    platforms = {
        f"platform-{number}" if several else "platform": taken
        for number, found in enumerate(results.platforms, start=1)
        if (taken := {name: digest for name, digest in found.items() if not algorithms or name in algorithms})
    }
    executed = {name: {"sha256": found} for name, found in digests.items() if name.endswith(f"/{evidence.EXECUTED}")}
    tested = platforms | (dict(results.notebooks) or executed)
    return tested or {evidence.BATCH: {"sha256": digests[evidence.BATCH]}}  # a subject is required, also of nothing


def evidence_statement(batch: str, digests: Digests, tested: bytes) -> bytes:
    """The statement about the files of ``batch``, which belongs to the statement ``tested``, as bytes to be signed."""
    predicate = {"batch": batch, "testResult": {"digest": {"sha256": hashlib.sha256(tested).hexdigest()}}}
    return _statement({name: {"sha256": found} for name, found in digests.items()}, EVIDENCE, predicate)


def _statement(subject: dict[str, DigestSet], predicate_type: str, predicate: dict[str, Any]) -> bytes:
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": digest} for name, digest in sorted(subject.items())],
        "predicateType": predicate_type,
        "predicate": predicate,
    }
    return json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed of a batch.

    Attributes:
        digests: of its files.
        batch: its name; ``None`` in older attestations.
        belong_together: whether the evidence names the test result beside it.
    """

    digests: Digests
    batch: str | None = None
    belong_together: bool = True


def read_statements(tested: bytes, files: bytes | None = None) -> Signed:
    """What the two statements about a batch say; older attestations have only the first, and it is about the files.

    Raises:
        WorkbenchError: one cannot be read, or is about something else.
    """
    if files is None:
        return Signed(_digests(_statement_in(StatementSchema, tested, TEST_RESULT)))
    found = _statement_in(EvidenceSchema, files, EVIDENCE)
    belongs = found.predicate.testResult.digest.sha256 == hashlib.sha256(tested).hexdigest()
    return Signed(_digests(found), found.predicate.batch, belongs)


def _digests(statement: StatementSchema) -> Digests:
    return {subject.name: subject.digest.sha256 for subject in statement.subject}


def _statement_in(schema: type[S], payload: bytes, predicate_type: str) -> S:
    try:
        found = fitted(schema, strict_json.parse(payload))
    except ValueError as error:
        raise WorkbenchError(f"what was signed cannot be read as a statement ({error})") from error
    if found.type_ != STATEMENT or found.predicateType != predicate_type:
        raise WorkbenchError(f"what was signed is not a statement of type {predicate_type}")
    return found
