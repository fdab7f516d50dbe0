"""What every request passes: the right host, the right origin, the browser that was let in.

- Host: a foreign name that leads to 127.0.0.1 (DNS rebinding) is refused.
- Origin, and what the browser says of the site that asks: no other page can post here, or load
  anything of ours.
- The cookie: without it there is the door and what it looks like, nothing else.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sshr.app.doors import Doors
from sshr.app.faults import RequestFault
from sshr.app.replies import OUTSIDE, refusal

OPEN = ("/enter", "/static/")
"""Paths that need no cookie."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}
"""Of every answer."""


class Gate:
    """Lets through what `app` is to see, and gives every answer its headers."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app, self._doors = app, doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_closed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            self._check(scope)
        except RequestFault as fault:
            door = "outside" if self._doors.password is None else "door"
            await refusal(fault, scope, door)(scope, receive, send_closed)
            return
        await self._app(scope, receive, send_closed)

    def _check(self, scope: Scope) -> None:
        """Refuse what is not from our own page in the right browser.

        Raises:
            RequestFault: 421, 405 or 403.
        """
        headers, address = Headers(scope=scope), self._doors.address
        if headers.getlist("host") not in [[host] for host in address.hosts]:
            raise RequestFault(421, "this address is not the one that sshr was started for")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            raise RequestFault(405, "nothing here can be asked for in this way")
        origin, asked_by = headers.get("origin"), headers.get("sec-fetch-site", "none")
        changes = scope["method"] == "POST"
        if (changes or origin is not None) and origin not in address.origins:
            raise RequestFault(403, "another page has asked for this, so it is refused")
        if asked_by not in ("none", "same-origin") and not self._is_followed_link(headers, changes):
            raise RequestFault(403, "another page has asked for this, so it is refused")
        if scope["path"].startswith(OPEN) or self._doors.is_inside(headers.get("cookie", "")):
            return
        raise RequestFault(403, "this browser has not been let in", OUTSIDE)

    def _is_followed_link(self, headers: Headers, changes: bool) -> bool:
        """A link to our pages somewhere else may be followed, but not into a frame."""
        how = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
        return not changes and how == ("navigate", "document")
