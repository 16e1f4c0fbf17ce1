"""What the files of a batch have to look like: ``batch.json``, the journal, what papermill notes in a notebook."""

import base64
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from gp_lib import evidence
from gp_lib.schemas import CheckSchema, Duration, Moment, Name, Ruling, Schema


def _base64(text: str) -> str:
    base64.b64decode(text, validate=True)
    return text


Base64 = Annotated[str, AfterValidator(_base64)]

MOST_OFFSET_S = 86_399
"""Of a machine's local time from UTC; Python makes no time zone of more."""


class _Kept(Schema):
    """An object of which what is not named is kept as it is."""

    model_config = ConfigDict(strict=True, extra="allow")


class MachineSchema(_Kept):
    """What kind of machine it was."""

    utc_offset_s: Annotated[float, Field(ge=-MOST_OFFSET_S, le=MOST_OFFSET_S)] = 0.0


class EnvironmentSchema(_Kept):
    """Where a batch ran."""

    change: dict[str, str] = Field(default_factory=dict)
    versions: dict[str, str] = Field(default_factory=dict)
    machine: MachineSchema = MachineSchema()


class EntrySchema(Schema):
    """One scenario of ``batch.json``, or of the journal."""

    scenario: Name
    title: str
    folder: Name
    services: Name = evidence.SERVICES
    machine: MachineSchema | None = None
    parameters: dict[str, Any]
    took_s: Duration
    why: str
    notebook_sha256: object = ""
    verdict: Ruling
    checks: list[CheckSchema]


class BatchSchema(_Kept):
    """``batch.json``; its scenarios are looked at one by one, so that a damaged one leaves the others."""

    version: int = 1
    target: str = ""
    began: Moment = ""
    finished: Moment = ""
    environment: EnvironmentSchema = EnvironmentSchema()
    verdict: Ruling = "unknown"
    counts: dict[str, int] = Field(default_factory=dict)
    merged: list[str] = Field(default_factory=list)
    scenarios: list[Any]


class CaseSchema(Schema):
    """One case of a journal's plan."""

    name: Name
    scenario: Name
    parameters: dict[str, Any]


class PlanSchema(Schema):
    """The first line of a journal."""

    target: str
    began: Moment
    cases: list[CaseSchema]


class _NotedSchema(Schema):
    input_path: str
    parameters: dict[str, Any]


class _MetadataSchema(Schema):
    papermill: _NotedSchema


class ExecutedSchema(Schema):
    """What papermill notes in a notebook that it has executed."""

    metadata: _MetadataSchema


class _SignatureSchema(Schema):
    keyid: str
    sig: Base64


class EnvelopeSchema(Schema):
    """``attestation.json``: an envelope of DSSE v1."""

    payload: Base64
    payloadType: str
    signatures: Annotated[list[_SignatureSchema], Field(min_length=1, max_length=100)]


class _DigestSchema(Schema):
    sha256: str


class _SubjectSchema(Schema):
    name: str
    digest: _DigestSchema


class StatementSchema(Schema):
    """What is signed, as far as it names files."""

    type_: Annotated[str, Field(alias="_type")]
    predicateType: str
    subject: list[_SubjectSchema]


class _TestResultSchema(Schema):
    digest: _DigestSchema


class _EvidenceSchema(Schema):
    batch: str
    testResult: _TestResultSchema


class EvidenceSchema(StatementSchema):
    """What is signed of a batch's files: its name, and which test result belongs to them."""

    predicate: _EvidenceSchema


class _CellMetadataSchema(_Kept):
    tags: list[str] = Field(default_factory=list)
    papermill: dict[str, Any] = Field(default_factory=dict)


class CellSchema(_Kept):
    """A cell of an executed notebook, as far as a report shows it."""

    cell_type: Literal["code", "markdown", "raw"]
    metadata: _CellMetadataSchema
    source: str | list[str]
    execution_count: int | None = None
    outputs: list[dict[str, Any]] = Field(default_factory=list)
