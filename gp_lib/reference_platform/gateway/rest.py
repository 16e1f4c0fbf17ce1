"""The REST side: status for operators, history for users."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.auth import Authenticator, Session, credentials_in
from gp_lib.reference_platform.problems import Refusal, StoreLost, Unauthenticated
from gp_lib.reference_platform.upkeep.forgetting import Forgetter
from gp_lib.reference_platform.upkeep.provisioning import Provisioning
from gp_lib.reference_platform.upkeep.status import Status

from .archive import Archive
from .inbound import OUR_FAULT, id_in

log = logging.getLogger("platform.rest")

STATUS_CODES: Mapping[str, int] = {
    protocol.INVALID_PAYLOAD: 400,
    protocol.FORBIDDEN: 403,
    protocol.NOT_FOUND: 404,
    protocol.RATE_LIMITED: 429,
    protocol.UNAVAILABLE: 503,
}
LONGEST_PAGE = 500
USUAL_PAGE = 100

Answer = Callable[[Request, Session], Awaitable[Any]]


class Rest:
    """Endpoints. Those for users want a token, and foreign ids are answered as unknown ids are."""

    def __init__(self, authenticator: Authenticator, provisioning: Provisioning, archive: Archive) -> None:
        self._authenticator = authenticator
        self._provisioning = provisioning
        self._archive = archive
        self.status: Status
        self.forgetter: Forgetter

    async def healthz(self, request: Request) -> Response:
        """This process answers."""
        return JSONResponse({"status": "ok"})

    async def readyz(self, request: Request) -> Response:
        """Whether each dependency answers: 200 when all do, else 503."""
        report = await self.status.dependencies()
        ready = all(one["ok"] for one in report.values())
        return JSONResponse({"ready": ready, "dependencies": report}, status_code=200 if ready else 503)

    async def version(self, request: Request) -> Response:
        """Who this process is."""
        return JSONResponse(self.status.version())

    async def metrics(self, request: Request) -> Response:
        """Prometheus text."""
        return Response(self.status.metrics(), media_type="text/plain; version=0.0.4")

    async def defects(self, request: Request) -> Response:
        """The seeded defects that are on, and how often each struck; 404 on a healthy platform."""
        report = await self.status.defects()
        return JSONResponse(report) if report else _error(404, protocol.NOT_FOUND, "no defects are on")

    async def threads(self, request: Request) -> Response:
        """The user's threads."""

        async def answer(request: Request, session: Session) -> Any:
            return {"threads": await self._archive.threads(session.user_id, *_page(request))}

        return await self._for_user(request, answer)

    async def messages(self, request: Request) -> Response:
        """The messages of one thread."""

        async def answer(request: Request, session: Session) -> Any:
            limit, offset = _page(request)
            thread_id = id_in(request.path_params, "thread_id")
            return {
                "thread_id": thread_id,
                "messages": await self._archive.messages(session.user_id, thread_id, limit=limit, offset=offset),
            }

        return await self._for_user(request, answer)

    async def run(self, request: Request) -> Response:
        """One run."""

        async def answer(request: Request, session: Session) -> Any:
            return await self._archive.run(session.user_id, id_in(request.path_params, "run_id"))

        return await self._for_user(request, answer)

    async def events(self, request: Request) -> Response:
        """The events of one run, after ``after``."""

        async def answer(request: Request, session: Session) -> Any:
            run_id = id_in(request.path_params, "run_id")
            after = _number(request, "after", 0)
            return {"run_id": run_id, "events": await self._archive.events(session.user_id, run_id, after)}

        return await self._for_user(request, answer)

    async def usage(self, request: Request) -> Response:
        """How much the user has of everything."""

        async def answer(request: Request, session: Session) -> Any:
            usage = await self._archive.usage(session.user_id)
            return {**usage, "runs": json.loads(usage["runs"]), "user_id": session.user_id}

        return await self._for_user(request, answer)

    async def delete_me(self, request: Request) -> Response:
        """Delete everything of the user's in all three tiers."""

        async def answer(request: Request, session: Session) -> Any:
            await self.forgetter.forget(session.user_id)
            return {"deleted": session.user_id}

        return await self._for_user(request, answer, provision=False)

    async def _for_user(self, request: Request, answer: Answer, *, provision: bool = True) -> Response:
        try:
            session = self._authenticator.session_of(credentials_in(request.headers))
            if provision:
                await self._provisioning.welcome_once(session)
            return JSONResponse(await answer(request, session))
        except Unauthenticated as refusal:
            return _error(401, protocol.UNAUTHENTICATED, str(refusal))
        except Refusal as refusal:
            return _error(STATUS_CODES.get(refusal.code, 400), refusal.code, refusal.message)
        except StoreLost as error:
            log.warning("a request could not be served: %s", error)
            return _error(503, protocol.UNAVAILABLE, "this cannot be read at the moment; please try again")
        except Exception:
            log.exception("a request failed")
            return _error(500, protocol.INTERNAL, OUR_FAULT)


def _error(status: int, code: str, message: str) -> Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"error_code": code, "message": message}, status_code=status, headers=headers)


def _page(request: Request) -> tuple[int, int]:
    limit = min(max(1, _number(request, "limit", USUAL_PAGE)), LONGEST_PAGE)
    return limit, _number(request, "offset", 0)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise Refusal(f"{name} must be a whole number from 0", field=name)
