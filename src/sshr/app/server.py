"""The server: made, started on this machine alone, and ended with everything that it does."""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from sshr.app.limits import MAX_CONNECTIONS
from sshr.errors import UsageError
from sshr.files.names import reason, shown

LOOPBACK = "127.0.0.1"
MIN_PASSWORD = 12
"""Shortest password, characters, where other machines can reach the page."""

_GOODBYE_SECONDS = 2


@dataclass(frozen=True)
class AppSettings:
    """Where the page is served, and to whom.

    Attributes:
        host: to listen on.
        port: 0 takes a free one.
        origin: how a browser finds the page through your own TLS proxy, https://NAME[:PORT]; empty
            on this machine alone.
        password: needed with an origin.

    Raises:
        UsageError: what would show the page to other machines without password or TLS.
    """

    host: str = LOOPBACK
    port: int = 0
    origin: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise UsageError(f"a port is a number from 0 to 65535, not {self.port}")
        if not self.origin and not is_loopback(self.host):
            raise UsageError(
                f"{shown(self.host)} would show the page to other machines, in clear: put your own "
                "TLS proxy before it, say its address with --origin https://NAME, and give a "
                "password (--password-file)"
            )
        if self.origin:
            self._check_origin()
        elif self.password:
            raise UsageError("a password is for a page behind a proxy: give its --origin too")

    def _check_origin(self) -> None:
        parts = urlsplit(self.origin)
        if (
            parts.scheme != "https"
            or not parts.hostname
            or self.origin != (f"https://{parts.netloc}")
        ):
            raise UsageError(
                f"--origin must be https://NAME or https://NAME:PORT, not {shown(self.origin)}"
            )
        if len(self.password) < MIN_PASSWORD:
            raise UsageError(
                f"a page that other machines can reach needs a password of at least {MIN_PASSWORD} "
                "characters (--password-file)"
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def listen(settings: AppSettings) -> socket.socket:
    """The socket that the page is served on.

    Raises:
        UsageError: the address is not there, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    opened = socket.socket(family)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((settings.host, settings.port))
        opened.listen()
    except OSError as error:
        opened.close()
        place = f"{shown(settings.host)} port {settings.port}"
        raise UsageError(f"cannot listen on {place} ({reason(error)})") from None
    return opened


def serve(settings: AppSettings, ready: Callable[[str, str], None]) -> None:
    """Serve the page until a signal comes.

    Args:
        ready: called once the page answers, with the link to print and the link to open; both are
            the page's address where there is a password.

    Raises:
        UsageError: it cannot be served there, or the extra `app` is not installed.
    """
    try:
        import python_multipart  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn
    except ImportError:
        raise UsageError("the page needs another package: pip install 'sshr[app]'") from None
    from sshr.app.assembly import assembled
    from sshr.app.doors import Address, Doors
    from sshr.app.workshop import Workshop

    with listen(settings) as opened:
        port = opened.getsockname()[1]
        own = Address.of_loopback(settings.host, port)
        doors = Doors(
            Address((settings.origin,)) if settings.origin else own,
            settings.password.encode() or None,
        )

        def announce() -> None:
            if settings.origin:
                ready(settings.origin, settings.origin)
            else:
                ready(doors.link(doors.ticket), doors.link(doors.once))

        logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
        config = uvicorn.Config(
            assembled(doors, Workshop(), announce),
            log_config=None,
            log_level="critical",
            access_log=False,
            limit_concurrency=MAX_CONNECTIONS,
            server_header=False,
            proxy_headers=False,
            ws="none",
            lifespan="on",
            timeout_graceful_shutdown=_GOODBYE_SECONDS,
        )
        uvicorn.Server(config).run(sockets=[opened])
