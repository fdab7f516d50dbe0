"""The server in this process, with one process for the work, and what a page would send to it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import httpx2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from starlette.testclient import TestClient

from sshr.app.assembly import assembled
from sshr.app.doors import Address, Doors
from sshr.app.workshop import Workshop
from sshr.crypto.keytext import new_pair

ADDRESS = Address.of_loopback("127.0.0.1", 4711)
ORIGIN = ADDRESS.origins[0]
WORD = "Trittbrett über 7 Bergen"
SAME_ORIGIN = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


def png(image: NDArray[np.uint8]) -> bytes:
    stream = BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def parts_of(answer: httpx2.Response) -> dict[str, bytes]:
    """The parts of an answer that is a form."""
    kind, mark = answer.headers["content-type"].split("; boundary=")
    assert kind == "multipart/form-data"
    found = {}
    for part in answer.content.split(f"--{mark}".encode())[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        found[head.split(b'name="')[1].split(b'"')[0].decode()] = data.removesuffix(b"\r\n")
    return found


def facts_of(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content[:300]
    if answer.headers["content-type"] == "application/json":
        return dict(answer.json())
    return dict(json.loads(parts_of(answer)["facts"]))


@dataclass
class Desk:
    """A browser inside, and the files that it sends."""

    client: TestClient
    doors: Doors
    workshop: Workshop
    secret: bytes
    reference: bytes
    key: str
    public: str
    photo: Callable[..., NDArray[np.uint8]]

    def ask(self, action: str, fields: dict[str, str] | None = None, **files: bytes | str) -> Any:
        """Post a form; bytes are files, which are called like their fields."""
        sent: dict[str, Any] = {name: (None, text) for name, text in (fields or {}).items()}
        sent |= {name: (f"{name}.png", data) for name, data in files.items()}
        if sent:
            return self.client.post(f"/api/{action}", files=sent, headers=SAME_ORIGIN)
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        headers = SAME_ORIGIN | kind
        return self.client.post(f"/api/{action}", content=b"--x--\r\n", headers=headers)

    def refused(self, status: int, action: str, *given: Any, **files: bytes | str) -> str:
        """Post a form that is refused, and return the words."""
        answer = self.ask(action, *given, **files)
        assert answer.status_code == status, answer.content[:300]
        words: str = answer.json()["error"]
        assert words
        assert "\n" not in words
        assert "Traceback" not in words
        return words


def client_of(doors: Doors, workshop: Workshop) -> TestClient:
    return TestClient(
        assembled(doors, workshop, lambda: None),
        base_url=ORIGIN,
        follow_redirects=False,
        raise_server_exceptions=False,
    )


@pytest.fixture(scope="session")
def desk(photo: Callable[..., NDArray[np.uint8]]) -> Iterator[Desk]:
    doors, workshop = Doors(ADDRESS), Workshop(workers=1)
    public, private = new_pair()
    with client_of(doors, workshop) as client:
        assert client.get(f"/enter?ticket={doors.ticket}").status_code == 303
        yield Desk(
            client,
            doors,
            workshop,
            png(photo("parrots", 64, 64)),
            png(photo("sailboats", 96, 128)),
            private,
            public.text,
            photo,
        )


@pytest.fixture(scope="session")
def stego(desk: Desk) -> bytes:
    """The secret in the reference, sealed under the passphrase."""
    fields = {"passphrase": WORD, "survive": "untouched"}
    answer = desk.ask("conceal", fields, secret=desk.secret, reference=desk.reference)
    assert answer.status_code == 200, answer.content[:300]
    return parts_of(answer)["stego"]
