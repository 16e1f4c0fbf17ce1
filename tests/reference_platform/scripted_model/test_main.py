import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest
from openai import APIStatusError, AsyncOpenAI

from .conftest import KEY, ModelProcess
from .talks import asked

COMMAND = [sys.executable, "-m", "gp_lib.reference_platform.scripted_model"]
GOOD = {"GP_MODEL_PORT": "8000", "GP_MODEL_KEY": KEY}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GP_MODEL_PORT", ""),
        ("GP_MODEL_PORT", "70000"),
        ("GP_MODEL_KEY", ""),
        ("GP_MODEL_TOKEN_DELAY_MS", "fast"),
        ("GP_MODEL_TOKEN_DELAY_MS", "nan"),
    ],
)
def test_a_bad_setting_stops_the_start_in_one_sentence_that_names_it(variable: str, value: str) -> None:
    environment = os.environ | GOOD | {variable: value}
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert variable in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert KEY not in done.stderr


def test_a_taken_port_stops_the_start_with_a_reason(model: ModelProcess) -> None:
    environment = os.environ | GOOD | {"GP_MODEL_PORT": str(model.port)}
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "GP_MODEL_PORT cannot be used" in done.stderr
    assert "in use" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_with_exit_code_0(own_model: ModelProcess, number: int) -> None:
    own_model.process.send_signal(number)
    assert own_model.process.wait(timeout=10) == 0


async def test_a_stream_in_flight_is_finished_before_the_process_ends(own_model: ModelProcess) -> None:
    async with own_model.client(delay_ms=500) as slow:
        stream = await slow.chat.completions.create(
            model="scripted-1", messages=asked("report", "savings in detail"), stream=True
        )
        await anext(stream)
        own_model.process.terminate()
        rest = [chunk async for chunk in stream]
    assert rest[-1].choices[0].finish_reason == "stop"
    assert await asyncio.to_thread(own_model.process.wait, 10) == 0


async def test_a_silent_answer_does_not_hold_up_the_end(own_model: ModelProcess) -> None:
    async with own_model.client() as patient:
        question = asked("triage", "(model: silent)")
        waiting = asyncio.create_task(patient.chat.completions.create(model="scripted-1", messages=question))
        # The log is another process's: there is no event to wait for.
        while "silent" not in own_model.log.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        own_model.process.terminate()
        with pytest.raises(APIStatusError) as ended:
            await waiting
    assert ended.value.status_code == 503
    assert await asyncio.to_thread(own_model.process.wait, 10) == 0


async def test_the_log_has_neither_the_key_nor_a_word_of_the_talk(own_model: ModelProcess) -> None:
    async with own_model.client() as client:
        await client.chat.completions.create(model="scripted-1", messages=asked("triage", "gpc_secret?"))
    log = own_model.log.read_text()
    assert "triage" in log
    assert KEY not in log
    assert "gpc_secret" not in log


async def test_chunks_come_at_the_pace_that_was_asked_for(model: ModelProcess) -> None:
    async with model.client(delay_ms=20) as client:
        begun_s = time.monotonic()
        chunks = await _chunk_count(client)
        elapsed_s = time.monotonic() - begun_s
    # Every chunk and the final [DONE] has its pause; being early is a defect, being late is a loaded machine.
    assert elapsed_s >= (chunks + 1) * 0.020


async def _chunk_count(client: AsyncOpenAI) -> int:
    stream = await client.chat.completions.create(model="scripted-1", messages=asked(None, "hello"), stream=True)
    return len([chunk async for chunk in stream])


def test_the_server_loads_no_client_library() -> None:
    code = (
        "import sys, gp_lib.reference_platform.scripted_model.server;"
        "print([name for name in ('openai', 'pydantic_ai', 'httpx') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "[]"
