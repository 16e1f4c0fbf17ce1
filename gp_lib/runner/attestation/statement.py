"""What is signed: an in-toto statement about a batch.

Sources: in-toto Statement v1 and its predicate ``test-result`` v0.1, in a DSSE envelope v1.
"""

import json
from pathlib import Path
from typing import Any

from gp_lib import evidence, schemas, strict_json
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.files import Digests
from gp_lib.runner.schemas import StatementSchema

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"

RESULTS = {"pass": "PASSED", "fail": "FAILED", "unknown": "WARNED"}
"""The predicate knows three results; *unknown* is its WARNED, which is not PASSED either."""

LISTS = {"pass": "passedTests", "fail": "failedTests", "unknown": "warnedTests"}


def statement_about(folder: Path, digests: Digests) -> bytes:
    """The statement over a batch's files, as the bytes that are signed.

    Raises:
        WorkbenchError: the folder holds no finished batch.
    """
    batch = evidence.read_json(folder / evidence.BATCH)
    try:
        predicate = _predicate(batch, digests)
    except (KeyError, TypeError) as error:
        raise WorkbenchError(f"{evidence.BATCH} is not that of a finished batch ({error!r})") from error
    subject = [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(digests.items())]
    statement = {"_type": STATEMENT, "subject": subject, "predicateType": TEST_RESULT, "predicate": predicate}
    return json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()


def _predicate(batch: dict[str, Any], digests: Digests) -> dict[str, Any]:
    tests: dict[str, list[str]] = {name: [] for name in LISTS.values()}
    for scenario in batch["scenarios"]:
        tests[LISTS[scenario["verdict"]]].append(scenario["folder"])
    configuration = {"name": evidence.BATCH, "digest": {"sha256": digests[evidence.BATCH]}}
    return {"result": RESULTS[batch["verdict"]], "configuration": [configuration], **tests}


def digests_in(payload: bytes) -> Digests:
    """The digests that a signed statement names.

    Raises:
        WorkbenchError: it is no statement about a batch.
    """
    try:
        statement = schemas.fitted(StatementSchema, strict_json.parse(payload))
    except ValueError as error:
        raise WorkbenchError(f"what was signed is not a statement that can be read ({error})") from error
    if statement.type_ != STATEMENT or statement.predicateType != TEST_RESULT:
        raise WorkbenchError("what was signed is not a test result")
    return {subject.name: subject.digest.sha256 for subject in statement.subject}
