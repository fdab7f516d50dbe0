"""The whole server over a socket: its start, its end, and a browser that goes away."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx2
import pytest
from tests.app.conftest import WORD, Desk, png

from sshr.app.routes import JOB

PATIENCE = 120


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[httpx2.Client, subprocess.Popen[str]]]:
    """A browser inside, and the server's process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sshr", "app", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    link = re.search(r"http://\S+", process.stdout.readline())
    assert link, process.communicate()[1]
    base = link[0].split("/enter")[0]
    headers = {"Origin": base}
    with httpx2.Client(base_url=base, headers=headers, timeout=PATIENCE, trust_env=False) as client:
        assert client.get(link[0]).status_code == 303
        yield client, process
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "sshr: interrupted; no partial file was left"
    assert WORD not in out


def test_pages_come_over_the_socket(served: tuple[httpx2.Client, object]) -> None:
    answer = served[0].get("/conceal")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_a_closed_page_ends_its_work(served: tuple[httpx2.Client, object], desk: Desk) -> None:
    """The connection is closed while the work is going on; its name is free again soon."""
    client, name = served[0], "cd" * 16
    request = client.build_request(
        "POST",
        "/api/conceal",
        files={
            "reference": ("r.png", png(desk.photo("sailboats", 500, 500, 100, 0))),
            "secret": ("s.png", png(desk.photo("parrots", 400, 500, 0, 0))),
            "passphrase": (None, WORD),
            "survive": (None, "messenger"),
        },
        headers={JOB: name, "Cookie": "; ".join(f"{k}={v}" for k, v in client.cookies.items())},
    )
    head = b"POST /api/conceal HTTP/1.1\r\n"
    head += b"".join(b"%s: %s\r\n" % pair for pair in request.headers.raw) + b"\r\n"
    with socket.create_connection((request.url.host, request.url.port or 0)) as page:
        page.sendall(head + request.read())
        assert until(lambda: stage_of(client, name))
    assert until(lambda: stage_of(client, name) is None)
    assert client.post("/api/new-key", files={"passphrase": (None, "")}).status_code == 200


def until(holds: Callable[[], object]) -> bool:
    """Whether it holds at last."""
    late = time.monotonic() + PATIENCE
    while time.monotonic() < late:
        if holds():
            return True
    return False


def stage_of(client: httpx2.Client, name: str) -> str | None:
    told = client.get("/api/progress", headers={JOB: name})
    return str(told.json()["stage"]) if told.status_code == 200 else None


def test_garbage_on_the_socket(served: tuple[httpx2.Client, object]) -> None:
    client = served[0]
    host, port = client.base_url.host, client.base_url.port or 0
    for garbage in (b"\x16\x03\x01\x00\x00", b"GET\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"):
        with socket.create_connection((host, port)) as page:
            page.sendall(garbage)
            page.shutdown(socket.SHUT_WR)
            page.settimeout(PATIENCE)
            with suppress(ConnectionResetError):
                assert page.recv(100)[:12] in (b"", b"HTTP/1.1 400")
    assert client.get("/reveal").status_code == 200


def test_every_secret_file_stays_in_memory(served: tuple[httpx2.Client, object]) -> None:
    """No file is open for writing but the pipes, whatever was sent."""
    process = served[1]
    assert isinstance(process, subprocess.Popen)
    sent = {"file": ("f.bin", random.Random(1).randbytes(3 << 20)), "survive": (None, "untouched")}
    assert served[0].post("/api/forecast", files=sent).status_code == 400
    folder = f"/proc/{process.pid}/fd"
    if os.path.isdir(folder):
        names = {os.readlink(f"{folder}/{one}") for one in os.listdir(folder)}
        assert not [name for name in names if name.startswith(("/tmp", "/var"))]
