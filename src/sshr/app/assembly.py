"""The server's parts put together."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.types import ASGIApp

from sshr.app.doors import Doors
from sshr.app.gate import Gate
from sshr.app.routes import Routes
from sshr.app.workshop import Workshop


def assembled(doors: Doors, workshop: Workshop, ready: Callable[[], None]) -> ASGIApp:
    """The whole server as an ASGI application.

    Args:
        ready: called once it takes requests.
    """

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        workshop.open()
        try:
            ready()
            yield
        finally:
            workshop.close()

    return Gate(Routes(doors, workshop).app(life), doors)
