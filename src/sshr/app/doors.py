"""Who is let in: the browser that was sent the link, or knows the password; see `sshr.app.gate`."""

import asyncio
import hmac
import secrets
from dataclasses import dataclass, field

_TRY_SECONDS = 1.0
"""After a wrong password, before the next one is looked at."""


@dataclass(frozen=True)
class Address:
    """Where the page is found by a browser.

    Attributes:
        origins: scheme, host and port, as the browser's address bar has them.
    """

    origins: tuple[str, ...]

    @classmethod
    def of_loopback(cls, host: str, port: int) -> "Address":
        """Of a server that listens on a loopback address."""
        shown = f"[{host}]" if ":" in host else host
        return cls(tuple(f"http://{name}:{port}" for name in dict.fromkeys((shown, "localhost"))))

    @property
    def hosts(self) -> frozenset[str]:
        """What the header Host may say."""
        return frozenset(origin.split("://", 1)[1] for origin in self.origins)

    @property
    def is_secure(self) -> bool:
        """Whether the browser speaks TLS."""
        return all(origin.startswith("https://") for origin in self.origins)


@dataclass
class Doors:
    """The secrets that let a browser in, new in every run.

    Attributes:
        address: where the page is found.
        password: instead of links, where other machines can reach the page.
        ticket: of the link that is printed, which can be used again.
        once: of the link that a browser is started with: others may see its command line.
        session: what the cookie holds.
    """

    address: Address
    password: bytes | None = field(default=None, repr=False)
    ticket: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    once: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def __post_init__(self) -> None:
        self._trying = asyncio.Lock()

    def link(self, ticket: str) -> str:
        """An address that lets in who opens it."""
        return f"{self.address.origins[0]}/enter?ticket={ticket}"

    def opens(self, ticket: str) -> bool:
        """Whether a link is right; the one for the browser is right once."""
        if self.password is not None:
            return False
        if _same(ticket, self.once):
            self.once = secrets.token_urlsafe(32)
            return True
        return _same(ticket, self.ticket)

    async def knows(self, password: bytes) -> bool:
        """Whether a password is right; tries are looked at one after another, wrong ones slowly."""
        async with self._trying:
            if self.password is not None and hmac.compare_digest(password, self.password):
                return True
            await asyncio.sleep(_TRY_SECONDS)
            return False

    @property
    def cookie_name(self) -> str:
        """One for each port: browsers tell cookies apart by the host alone."""
        return "sshr-" + self.address.origins[0].rsplit(":", 1)[-1].removeprefix("//")

    @property
    def cookie(self) -> str:
        """The header Set-Cookie; it ends with the browser's session, and is on no disk."""
        secure = "; Secure" if self.address.is_secure else ""
        return f"{self.cookie_name}={self.session}; Path=/; HttpOnly; SameSite=Strict{secure}"

    def is_inside(self, cookies: str) -> bool:
        """Whether a request's cookies are those of a browser that was let in."""
        for one in cookies.split(";"):
            name, _, value = one.strip().partition("=")
            if name == self.cookie_name and _same(value, self.session):
                return True
        return False


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
