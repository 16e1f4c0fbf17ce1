"""The task of a Dask worker: it starts a process for one job, passes its progress on, and returns the evidence."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass, field

from distributed import get_worker

from gp_lib.runner.cluster.job import OUTPUT_LIMIT_BYTES
from gp_lib.services.process import LAUNCHER

LAST_WORDS = 2_000
"""How much of what a job complained of is told when it ended without a result, in characters."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a job: the bytes of a bundle, or why there is none."""

    bundle: bytes = field(default=b"", repr=False)
    why: str = ""


_running: dict[str, asyncio.subprocess.Process] = {}
_stopped: set[str] = set()


async def run_job(job_id: str, job: str, topic: str) -> Result:
    """Run a job to its end; each line of progress is logged as an event of ``topic``, with the job's id.

    The process is told to stop when this worker dies. When the task is given up, the process ends before this does.
    """
    if job_id in _stopped:
        return Result(why="interrupted by the user")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(signal.SIGTERM)), "-"),
        *(sys.executable, "-m", "gp_lib.runner.cluster.remote"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=OUTPUT_LIMIT_BYTES,
    )
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    assert stdin is not None and stdout is not None and stderr is not None  # noqa: PT018 - pipes were asked for
    _running[job_id] = process
    complaints = asyncio.create_task(_tail(stderr))
    try:
        stdin.write(job.encode() + b"\n")
        return await _result(stdout, job_id, topic) or Result(why=await _how_it_ended(process, complaints))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        del _running[job_id]
        await complaints


async def _result(stdout: asyncio.StreamReader, job_id: str, topic: str) -> Result | None:
    """What the process hands over on ``stdout``; ``None`` when it ends without a word."""
    worker = get_worker()
    while line := await stdout.readline():
        told = json.loads(line)
        if told["event"] == "evidence":
            return Result(bundle=await stdout.readexactly(told["bytes"]))
        if told["event"] == "trouble":
            return Result(why=told["why"])
        worker.log_event(topic, {"job": job_id, **told})
    return None


async def _how_it_ended(process: asyncio.subprocess.Process, complaints: "asyncio.Task[str]") -> str:
    code = await process.wait()
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return f"its process on the worker ended with {how} and left no evidence: {(await complaints).strip() or 'no word'}"


async def _tail(stream: asyncio.StreamReader) -> str:
    """The end of what a stream says; read all along, so that nobody waits for us."""
    kept = b""
    while piece := await stream.read(1 << 16):
        kept = (kept + piece)[-LAST_WORDS:]
    return kept.decode(errors="replace")


def stop_job(job_id: str) -> None:
    """Tell a job of this worker to stop as Ctrl-C does, so that its evidence still comes; or not to begin at all."""
    _stopped.add(job_id)
    if job_id in _running:
        _running[job_id].send_signal(signal.SIGINT)
