"""Refusals, as a page for people or as JSON for our script."""

from html import escape

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Scope

from sshr.app.faults import RequestFault
from sshr.app.pages import page

OUTSIDE = "Outside"
"""Kind of the fault of a browser that has not been let in."""

RETRY_SECONDS = 2


def refusal(fault: RequestFault, scope: Scope, door: str = "outside") -> Response:
    """The answer to a request that is refused.

    Args:
        door: the page for a browser that has not been let in.
    """
    headers = {"Retry-After": str(RETRY_SECONDS)} if fault.status == 503 else {}
    if scope["path"].startswith("/api/") or scope["method"] == "POST":
        told = {"error": str(fault), "kind": fault.kind, "exit_code": fault.exit_code}
        return JSONResponse(told, fault.status, headers)
    name = door if fault.kind == OUTSIDE else "refused"
    text = page(name).replace("{reason}", escape(str(fault)))
    return HTMLResponse(text, fault.status, headers)


def elsewhere(path: str) -> Response:
    """A redirect within the page; the address it leaves is in no history."""
    return RedirectResponse(path, 303)
