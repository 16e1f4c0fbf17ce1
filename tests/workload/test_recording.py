import json
from pathlib import Path

import pytest

from gp_lib.errors import ConnectionLost, UnexpectedReply, WorkbenchError
from gp_lib.history import Event, History, Operation
from gp_lib.redaction import MARK
from gp_lib.workload import Recording
from gp_lib.workload.recorder import doing


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(tmp_path / "history.jsonl", scenario="x1")


def only(recording: Recording) -> Operation:
    ((_, operation),) = recording.indexed(Operation)
    return operation


async def test_a_record_is_on_disk_before_the_history_is_sealed(recording: Recording, tmp_path: Path) -> None:
    async with doing(recording, "ana", "asks", content="?"):
        pass
    assert list(History.load(tmp_path / "history.jsonl")) == list(recording)
    recording.seal()


async def test_what_a_kill_cut_short_is_left_out_and_told(recording: Recording, tmp_path: Path) -> None:
    async with doing(recording, "ana", "asks"):
        pass
    recording.seal()
    path = tmp_path / "history.jsonl"
    path.write_text(path.read_text() + '{"kind": "operat')
    assert (len(History.load(path)), History.load(path).truncated) == (1, True)


async def test_a_refusal_is_a_failed_operation(recording: Recording) -> None:
    async with doing(recording, "ana", "connects"):
        raise UnexpectedReply("a welcome", "HTTP 401")
    assert only(recording).outcome == "failed"
    recording.seal()


async def test_a_lost_connection_leaves_the_outcome_unknown(recording: Recording) -> None:
    async with doing(recording, "ana", "asks"):
        raise ConnectionLost("ana/1", code=None, reason="", silent_s=None)
    assert only(recording).outcome == "unknown"
    recording.seal()


async def test_any_other_error_is_recorded_and_passes_on(recording: Recording) -> None:
    with pytest.raises(ZeroDivisionError):
        async with doing(recording, "ana", "asks"):
            raise ZeroDivisionError
    assert only(recording).outcome == "unknown"
    recording.seal()


def test_nothing_can_be_added_to_a_sealed_history(recording: Recording) -> None:
    recording.seal()
    with pytest.raises(WorkbenchError, match="the act is over"):
        recording.record(Operation(actor="a", action="b", outcome="ok", started_s=0, ended_s=0))


def test_a_history_is_never_overwritten(recording: Recording, tmp_path: Path) -> None:
    recording.seal()
    with pytest.raises(FileExistsError):
        Recording(tmp_path / "history.jsonl")


def delta(text: str, *, run: str = "r1", connection: str = "ana/1") -> Event:
    frame = json.dumps({"type": "delta", "run_id": run, "payload": {"delta": text, "n": 1}}, separators=(",", ":"))
    return Event(
        actor="ana",
        connection=connection,
        type="delta",
        run_id=run,
        thread_id=None,
        user_id=None,
        seq=None,
        server_time=None,
        received_s=1.0,
        frame=frame,
    )


def test_a_secret_that_came_in_pieces_is_taken_out_when_the_history_is_sealed(
    recording: Recording, tmp_path: Path
) -> None:
    token = "gh" + "p_" + "Ab3dEf6hIj9kLmN0pQrStUvWxYz123456789"
    for letter in f"so: {token}!":
        recording.record(delta(letter))
        recording.record(delta("x", run="r2"))
    recording.seal()
    saved = History.load(tmp_path / "history.jsonl")
    assert list(saved) == list(recording)
    for run, said in (("r1", "so: M!"), ("r2", "x" * (len(token) + 5))):
        told = "".join(event.payload["delta"] for _, event in saved.indexed(Event) if event.run_id == run)
        assert MARK.sub("M", told) == said
    assert [path.name for path in tmp_path.iterdir()] == ["history.jsonl"]


def test_a_history_without_one_is_left_as_it_was_written(recording: Recording, tmp_path: Path) -> None:
    for word in ("your ", "savings ", "are 12.5 %"):
        recording.record(delta(word))
    before = (tmp_path / "history.jsonl").stat().st_ino
    recording.seal()
    assert (tmp_path / "history.jsonl").stat().st_ino == before
