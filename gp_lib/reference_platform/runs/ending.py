"""How runs end: the terminal event, and the state that changes in the same transaction."""

import uuid

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.protocol import Draft, Event
from gp_lib.reference_platform.stores.postgres import Connection
from gp_lib.reference_platform.story.deliverer import final_status

FINISH = """
update platform.runs set status = $2, result = $3, error_code = $4, finished_at = clock_timestamp()
where run_id = $1 and status = 'running'
"""
ANSWER = """
insert into platform.messages (message_pk, user_id, thread_id, run_id, role, content)
values ($1, $2, $3, $4, 'assistant', $5)
"""
SENTENCES = {
    protocol.RUN_INTERRUPTED: "The platform was interrupted before the answer was complete. Please ask again.",
    protocol.RUN_CANCELLED: "The run was cancelled as requested.",
    protocol.RUN_FAILED: "The run failed on our side. Please ask again.",
}


def answered(status: str, result: str, elapsed_ms: int) -> Draft:
    """The root agent's last word when there is an answer; ``status`` is ``completed`` or ``partial``."""
    payload = {"status": status, "result": result, "execution_time_ms": elapsed_ms}
    return Draft(protocol.AGENT_COMPLETED, protocol.ROOT_AGENT, payload)


def gave_up(code: str) -> Draft:
    """The root agent's last word when there is none."""
    retryable = code != protocol.RUN_CANCELLED
    payload = {"code": code, "message": SENTENCES[code], "retryable": retryable}
    return Draft(protocol.AGENT_ERROR, protocol.ROOT_AGENT, payload)


async def finish(connection: Connection, event: Event) -> None:
    """Bring the run's row, and its thread's history, to what the terminal ``event`` announces."""
    payload = event.body["payload"]
    result, code = payload.get("result"), payload.get("code")
    await connection.execute(FINISH, event.run_id, final_status(event), result, code)
    if result is not None:
        await connection.execute(ANSWER, uuid.uuid4(), event.user_id, event.thread_id, event.run_id, result)
