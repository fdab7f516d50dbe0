"""What the page asks for over HTTP, and the answers."""

import asyncio
import re
from collections.abc import Awaitable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Lifespan

from sshr.app.answers import Answer
from sshr.app.doors import Doors
from sshr.app.faults import RequestFault
from sshr.app.forms import Form, read_form
from sshr.app.limits import MAX_DOOR_BYTES, MAX_UPLOAD_BYTES
from sshr.app.pages import WORK, page
from sshr.app.replies import OUTSIDE, elsewhere, refusal
from sshr.app.work import ACTIONS
from sshr.app.workshop import Workshop

JOB = "x-sshr-job"
"""The header by which a page names its work, to ask how far it is."""

_JOB_NAME = re.compile(r"[0-9a-f]{32}")
_NO_CONTENT = 204


class Routes:
    """The endpoints."""

    def __init__(self, doors: Doors, workshop: Workshop) -> None:
        self._doors, self._workshop = doors, workshop

    def app(self, life: Lifespan[Starlette]) -> Starlette:
        """All of them; what is refused is said in words."""
        pages = [Route(f"/{name}", self._page, methods=["GET"]) for name in WORK]
        return Starlette(
            routes=[
                Route("/", self._start, methods=["GET"]),
                Route("/enter", self._enter, methods=["GET", "POST"]),
                *pages,
                Route("/api/progress", self._progress, methods=["GET"]),
                Route("/api/{action}", self._work, methods=["POST"]),
                Route("/words.txt", self._words, methods=["GET"]),
                Mount("/static", StaticFiles(packages=[("sshr.app", "static")])),
            ],
            exception_handlers={
                RequestFault: self._refused,
                HTTPException: self._refused,
                Exception: self._refused,
            },
            lifespan=life,
        )

    async def _start(self, request: Request) -> Response:
        return elsewhere(f"/{WORK[0]}")

    async def _enter(self, request: Request) -> Response:
        if request.method == "POST":
            form = await _form(request, MAX_DOOR_BYTES)
            form.check_names(frozenset({"password"}))
            if not await self._doors.knows(form.text("password").encode()):
                raise RequestFault(403, "the password is not right")
            answer: Response = JSONResponse({"next": f"/{WORK[0]}"})
        elif self._doors.opens(request.query_params.get("ticket", "")):
            answer = elsewhere(f"/{WORK[0]}")
        else:
            raise RequestFault(403, "this link is not right, or was used before", OUTSIDE)
        answer.headers["Set-Cookie"] = self._doors.cookie
        return answer

    async def _page(self, request: Request) -> Response:
        return HTMLResponse(page(request.url.path.strip("/")))

    async def _words(self, request: Request) -> Response:
        text = (files("sshr.header") / "words" / "english.txt").read_text("ascii")
        return PlainTextResponse(text)

    async def _progress(self, request: Request) -> Response:
        ticket = self._workshop.ticket(_job_of(request))
        if ticket is None:  # not yet there, or done
            return Response(status_code=_NO_CONTENT)
        told = {"stage": ticket.stage, "done": ticket.done, "total": ticket.total}
        return JSONResponse(told | {"waiting": ticket.waiting})

    async def _work(self, request: Request) -> Response:
        action = request.path_params["action"]
        if action not in ACTIONS:
            raise RequestFault(404, "there is no such thing to ask for")
        with self._workshop.place(_job_of(request)) as ticket:
            form = await _form(request)
            form.check_names(ACTIONS[action].names)
            answer = await _while_wanted(request, self._workshop.perform(action, form, ticket))
        if answer is None:
            return Response(status_code=_NO_CONTENT)  # which nobody reads
        media_type, body = answer.body()
        return Response(body, media_type=media_type)

    async def _refused(self, request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            words = {404: "there is no such page", 405: "this cannot be asked for in this way"}
            error = RequestFault(error.status_code, words.get(error.status_code, error.detail))
        return refusal(RequestFault.of(error), request.scope)


async def _form(request: Request, most: int = MAX_UPLOAD_BYTES) -> Form:
    headers = request.headers
    given = headers.get("content-type", ""), headers.get("content-length", "")
    try:
        return await read_form(*given, request.stream(), most)
    except ClientDisconnect:
        raise RequestFault(400, "the upload stopped on its way") from None


async def _while_wanted(request: Request, work: Awaitable[Answer]) -> Answer | None:
    """What the work gives; None where the browser has closed the connection, which ends it."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        return None if task.cancelled() else task.result()
    finally:
        gone.cancel()
        task.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _job_of(request: Request) -> str:
    """The name of a page's work; empty where it gives none.

    Raises:
        RequestFault: it is no name.
    """
    name = request.headers.get(JOB, "")
    if name and not _JOB_NAME.fullmatch(name):
        raise RequestFault(400, f"{JOB} must be 32 hexadecimal digits")
    return name
