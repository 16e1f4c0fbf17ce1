"""What a policy reads of a signed batch: PASSED only where every scenario's own file says so, of what was tested."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gp_lib import evidence
from gp_lib.runner.attestation.attest import statements_about
from gp_lib.runner.attestation.verification import Verification
from tests.signed_batches import PLATFORM, save_batch, save_verdict

COMMIT = PLATFORM["commit"]


def policy_sees(batch: Path) -> dict[str, Any]:
    statement: dict[str, Any] = json.loads(statements_about(batch).tested)
    return statement


def result(batch: Path) -> str:
    return str(policy_sees(batch)["predicate"]["result"])


def test_a_batch_whose_scenarios_all_passed_has_passed(tmp_path: Path) -> None:
    batch = save_batch(tmp_path / "b", {"a1": "pass", "a2": "pass"})
    assert policy_sees(batch)["predicate"] == {
        "result": "PASSED",
        "configuration": [
            {"name": "batch.json", "digest": {"sha256": sha256((batch / "batch.json").read_bytes()).hexdigest()}}
        ],
        "passedTests": ["a1", "a2"],
        "warnedTests": [],
        "failedTests": [],
        "unknownTests": [],
        "platform": f"gitCommit:{COMMIT}",
    }


def test_unknown_is_among_the_failed_and_never_a_warning(tmp_path: Path) -> None:
    predicate = policy_sees(save_batch(tmp_path / "b", {"a1": "pass", "a2": "unknown", "a3": "fail"}))["predicate"]
    assert predicate["result"] == "FAILED"
    assert predicate["failedTests"] == ["a2", "a3"]
    assert (predicate["unknownTests"], predicate["warnedTests"]) == (["a2"], [])


def test_a_batch_of_nothing_has_not_passed(tmp_path: Path) -> None:
    assert result(save_batch(tmp_path / "b", {}, verdict="pass")) == "FAILED"


@pytest.mark.parametrize("own", ["fail", "unknown"])
def test_a_summary_that_says_better_than_the_scenario_does_not_count(tmp_path: Path, own: str) -> None:
    batch = save_batch(tmp_path / "b", {"a1": "pass", "a2": "pass"})
    save_verdict(batch / "a2", own)
    assert result(batch) == "FAILED"
    assert statements_about(batch).results.contradictions == (
        f"batch.json says pass of a2, whose own files say {own}",
        f"batch.json says pass of the whole, its scenarios say {own}",
    )


def test_nor_does_a_verdict_that_says_better_than_its_checks(tmp_path: Path) -> None:
    batch = save_batch(tmp_path / "b", {"a1": "fail"}, verdict="pass")
    verdict = evidence.read_json(batch / "a1" / evidence.VERDICT)
    evidence.write_json(batch / "a1" / evidence.VERDICT, verdict | {"verdict": "pass"})
    assert result(batch) == "FAILED"


def test_a_scenario_that_wrote_no_verdict_has_not_passed(tmp_path: Path) -> None:
    batch = save_batch(tmp_path / "b", {"a1": "pass"})
    (batch / "a1" / evidence.VERDICT).unlink()
    assert policy_sees(batch)["predicate"]["unknownTests"] == ["a1"]


def test_a_scenario_that_the_summary_forgets_counts_and_an_earlier_try_does_not(tmp_path: Path) -> None:
    batch = save_batch(tmp_path / "b", {"a1": "pass"})
    save_verdict(batch / "a1.try1", "fail")
    save_verdict(batch / "a1.cut2", "fail")
    assert result(batch) == "PASSED"
    save_verdict(batch / "a2", "fail")
    assert policy_sees(batch)["predicate"]["failedTests"] == ["a2"]


def test_what_the_summary_calls_unknown_has_not_passed_whatever_its_own_file_says(tmp_path: Path) -> None:
    batch = save_batch(tmp_path / "b", {"a1": "unknown"})
    save_verdict(batch / "a1", "pass")  # flaky, or it passed and then its kernel died
    assert result(batch) == "FAILED"


def test_a_batch_under_way_has_not_passed(tmp_path: Path) -> None:
    batch = save_batch(tmp_path / "b", {"a1": "pass"})
    (batch / evidence.JOURNAL).write_text("{}\n")
    assert result(batch) == "FAILED"


def test_the_subject_is_what_was_tested(tmp_path: Path) -> None:
    subject = policy_sees(save_batch(tmp_path / "b", {"a1": "pass"}))["subject"]
    assert subject == [
        {"name": "a1.ipynb", "digest": {"sha256": f"{1:064x}"}},
        {"name": "platform", "digest": {"gitCommit": COMMIT}},
    ]


@pytest.mark.parametrize(
    ("said", "digest"),
    [
        ({"digest": f"sha256:{7:064x}"}, {"sha256": f"{7:064x}"}),
        ({"commit": f"{7:064x}", "digest": f"sha512:{8:0128x}"}, {"gitCommit": f"{7:064x}", "sha512": f"{8:0128x}"}),
    ],
)
def test_a_platform_is_known_by_its_commit_or_its_digest(
    tmp_path: Path, said: dict[str, str], digest: dict[str, str]
) -> None:
    statement = policy_sees(save_batch(tmp_path / "b", {"a1": "pass"}, platform=said))
    assert {"name": "platform", "digest": digest} in statement["subject"]


@pytest.mark.parametrize("said", [{}, {"commit": "0b5a6f3"}, {"commit": "main"}, {"digest": "sha256:abc"}])
def test_a_platform_without_either_is_unidentified(tmp_path: Path, said: dict[str, str]) -> None:
    statement = policy_sees(save_batch(tmp_path / "b", {"a1": "pass"}, platform=said))
    assert statement["predicate"]["platform"] == "unidentified"
    assert [subject["name"] for subject in statement["subject"]] == ["a1.ipynb"]


def test_two_platforms_in_one_batch_are_both_subjects(tmp_path: Path) -> None:
    batch = save_batch(tmp_path / "b", {"a1": "pass", "a2": "pass"})
    save_verdict(batch / "a2", "pass", platform={"commit": f"{9:040x}"})
    names = [subject["name"] for subject in policy_sees(batch)["subject"]]
    assert names == ["a1.ipynb", "a2.ipynb", "platform-1", "platform-2"]


def test_the_evidence_names_its_batch_and_every_file(tmp_path: Path) -> None:
    batch = save_batch(tmp_path / "2026-11-25T04-00-00Z-3f9a", {"a1": "pass"})
    statement = json.loads(statements_about(batch).evidence)
    assert statement["predicate"]["batch"] == "2026-11-25T04-00-00Z-3f9a"
    assert [subject["name"] for subject in statement["subject"]] == ["a1/verdict.json", "batch.json"]


def test_the_job_of_ci_is_the_url_of_the_test_run(tmp_path: Path) -> None:
    job = "https://ci.example/jobs/7"
    batch = save_batch(tmp_path / "b", {"a1": "pass"}, environment={"change": {"job": job}})
    assert policy_sees(batch)["predicate"]["url"] == job


def test_an_intact_batch_whose_verdict_cannot_be_read_is_intact_all_the_same() -> None:
    found = Verification("key abc", trusted=True, name_them="whom you have named", files=3)
    assert str(found).splitlines()[-1] == "verdict: unknown, since batch.json cannot be read"
