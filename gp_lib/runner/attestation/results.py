"""What the files of a batch say came out, for its attestation: each scenario's own verdict, never a summary alone."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gp_lib import evidence, strict_json
from gp_lib.errors import WorkbenchError
from gp_lib.runner.notebook_digest import KEY, noted_digest
from gp_lib.verdict import Ruling, Verdict, worst

Read = Callable[[str], bytes]
"""The content of a file of the batch, by its name relative to it."""

DigestSet = dict[str, str]
"""in-toto's: the name of an algorithm, and the digest in lower-case hex."""

_EARLIER = re.compile(r"\.(try|cut)\d+")
"""Ends the folder of an earlier try of a scenario, which its verdict does not rest on."""

_IMAGE = re.compile(r"(sha256|sha384|sha512):([0-9a-f]{64,128})")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
"""A whole commit, by SHA-1 or SHA-256; an abbreviated one does not identify anything for good."""


@dataclass(frozen=True, slots=True)
class Results:
    """What came out, and of what.

    Attributes:
        rulings: the verdict of each scenario, by its folder; the worst one where its files disagree.
        contradictions: where ``batch.json`` says better than the other files do, each as a sentence.
        platforms: the digests of what was tested; empty when no platform said what it is.
        notebooks: the digest of each notebook that was run, by its name.
        url: the job of CI in which it ran; empty outside of CI.
    """

    rulings: Mapping[str, Ruling]
    contradictions: tuple[str, ...]
    platforms: tuple[DigestSet, ...]
    notebooks: Mapping[str, DigestSet]
    url: str

    @property
    def ruling(self) -> Ruling:
        """The batch's verdict: the worst of all, *unknown* without a scenario."""
        return worst(self.rulings.values())

    def having(self, *rulings: Ruling) -> list[str]:
        """The folders of the scenarios with one of these verdicts."""
        return sorted(folder for folder, found in self.rulings.items() if found in rulings)

    def __str__(self) -> str:
        counted = [f"{len(self.having(ruling))} {ruling}" for ruling in Ruling if self.having(ruling)]
        return f"{self.ruling} ({', '.join(counted) or 'no scenario was run'})"


def results_of(names: Collection[str], read: Read) -> Results:
    """What the batch that has the files ``names`` says came out.

    Raises:
        WorkbenchError: ``batch.json`` is missing, damaged or not that of a finished batch.
    """
    batch = _object(read, evidence.BATCH)
    try:
        rows = {str(row["folder"]): row for row in batch["scenarios"]}
        claimed = {folder: Ruling(row["verdict"]) for folder, row in rows.items()}
        total = Ruling(batch["verdict"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WorkbenchError(f"{evidence.BATCH} is not that of a finished batch ({error!r})") from error
    own = {folder: _verdict(names, read, folder) for folder in [*rows, *_unlisted(names, rows)]}
    rulings = {folder: worst([_ruling(own[folder]), claimed.get(folder, Ruling.UNKNOWN)]) for folder in own}
    if evidence.JOURNAL in names:
        rulings[evidence.JOURNAL] = Ruling.UNKNOWN  # the batch is under way: what it will run may still fail
    return Results(
        rulings=rulings,
        contradictions=tuple(_contradictions(claimed, total, rulings)),
        platforms=_platforms(own.values()),
        notebooks=_notebooks(rows.values()),
        url=_job(batch.get("environment")),
    )


def _object(read: Read, name: str) -> dict[str, Any]:
    try:
        found = strict_json.parse(read(name))
    except (OSError, ValueError) as error:
        raise WorkbenchError(f"{name} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise WorkbenchError(f"{name} cannot be read: it holds no JSON object")
    return found


def _verdict(names: Collection[str], read: Read, folder: str) -> dict[str, Any]:
    """What the scenario's notebook wrote; empty when it wrote nothing that can be read."""
    name = f"{folder}/{evidence.VERDICT}"
    try:
        return _object(read, name) if name in names else {}
    except WorkbenchError:
        return {}


def _ruling(verdict: dict[str, Any]) -> Ruling:
    """The worse of what a ``verdict.json`` says and what its checks amount to."""
    try:
        return worst([Ruling(verdict["verdict"]), Verdict.from_json(verdict).ruling])
    except (KeyError, TypeError, ValueError):
        return Ruling.UNKNOWN


def _unlisted(names: Collection[str], listed: Collection[str]) -> list[str]:
    """The folders with a verdict that ``batch.json`` does not name; earlier tries of what it names are left out."""
    folders = {
        name.partition("/")[0] for name in names if name.count("/") == 1 and name.endswith(f"/{evidence.VERDICT}")
    }
    return sorted(
        folder
        for folder in folders.difference(listed)
        if (tail := _EARLIER.search(folder)) is None or folder[: tail.start()] not in listed
    )


def _contradictions(claimed: Mapping[str, Ruling], total: Ruling, rulings: Mapping[str, Ruling]) -> Iterable[str]:
    for folder, ruling in rulings.items():
        said = claimed.get(folder)
        if folder != evidence.JOURNAL and (said is None or said.severity < ruling.severity):
            yield f"{evidence.BATCH} says {said or 'nothing'} of {folder}, whose own files say {ruling}"
    if total.severity < worst(rulings.values()).severity:
        yield f"{evidence.BATCH} says {total} of the whole, its scenarios say {worst(rulings.values())}"


def _platforms(verdicts: Iterable[dict[str, Any]]) -> tuple[DigestSet, ...]:
    """The different platforms that answered, as far as they said what they are."""
    found: list[DigestSet] = []
    for verdict in verdicts:
        services = verdict.get("services")
        said = services.get("platform") if isinstance(services, dict) else None
        digests = _identity(said) if isinstance(said, dict) else {}
        if digests and digests not in found:
            found.append(digests)
    return tuple(sorted(found, key=sorted))


def _identity(fingerprint: Mapping[str, object]) -> DigestSet:
    """What identifies a platform for good in its ``/version``: a full ``commit``, or a ``digest`` as images have it."""
    digests: DigestSet = {}
    if commit := _COMMIT.fullmatch(str(fingerprint.get("commit", ""))):
        digests["gitCommit"] = commit[0]
    if image := _IMAGE.fullmatch(str(fingerprint.get("digest", ""))):
        digests[image[1]] = image[2]
    return digests


def _notebooks(rows: Iterable[dict[str, Any]]) -> dict[str, DigestSet]:
    """The digests of the source notebooks, as far as ``batch.json`` has them: older ones have none."""
    noted = ((str(row.get("scenario")), noted_digest(row.get(KEY))) for row in rows)
    return {f"{name}.ipynb": {"sha256": digest} for name, digest in noted if digest}


def _job(environment: object) -> str:
    change = environment.get("change") if isinstance(environment, dict) else None
    return str(change.get("job", "")) if isinstance(change, dict) else ""
