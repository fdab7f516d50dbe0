"""Pages and requests: what comes back, and that everything wrong is a 4xx in words."""

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.conftest import SAME_ORIGIN, WORD, Desk, facts_of, parts_of

from sshr.app.assembly import assembled
from sshr.app.faults import CancelledFault
from sshr.app.pages import WORK
from sshr.app.routes import JOB
from sshr.app.work import ACTIONS
from sshr.app.workshop import Workshop

BODY = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nsshr1\r\n--x--'
STATIC = Path(__file__).parents[2] / "src" / "sshr" / "app" / "static"


def test_pages_and_assets(desk: Desk) -> None:
    assert desk.client.get("/").headers["location"] == "/conceal"
    for name in WORK:
        answer = desk.client.get(f"/{name}")
        assert answer.status_code == 200
        assert answer.text.startswith("<!doctype html>")
        assert 'aria-current="page"' in answer.text
    for path in STATIC.iterdir():
        assert desk.client.get(f"/static/{path.name}").content == path.read_bytes()
    assert len(desk.client.get("/words.txt").text.split()) == 2048


@pytest.mark.parametrize("path", ["/nothing", "/static/../server.py", "/static/", "/static/x.js"])
def test_no_such_page(desk: Desk, path: str) -> None:
    answer = desk.client.get(path)
    assert answer.status_code == 404
    assert "no such page" in answer.text


def test_assets_are_few(desk: Desk) -> None:
    """Less than 300 kB for a page with all that it loads."""
    assets = sum(path.stat().st_size for path in STATIC.iterdir())
    assert all(assets + len(desk.client.get(f"/{name}").content) < 300_000 for name in WORK)


def test_what_is_no_request(desk: Desk) -> None:
    def words(status: int, path: str, **more: object) -> str:
        answer = desk.client.post(path, headers=SAME_ORIGIN, **more)  # type: ignore[arg-type]
        assert answer.status_code == status, answer.text
        return str(answer.json()["error"])

    assert "no such thing" in words(404, "/api/nothing")
    assert "send a form" in words(415, "/api/reveal", content=b"{}")
    assert "cannot be asked for in this way" in words(405, "/conceal")
    assert desk.client.get("/api/conceal").status_code == 405
    sent = {"files": {"secrets": ("x", b"1")}}
    for action in ACTIONS:
        assert "no field 'secrets' here" in words(400, f"/api/{action}", **sent)


def test_a_job_is_named_by_digits(desk: Desk) -> None:
    for name in ("x", "../" * 10, "A" * 32):
        headers = SAME_ORIGIN | {JOB: name}
        answer = desk.client.get("/api/progress", headers=headers)
        assert answer.status_code == 400
        assert "hexadecimal" in answer.json()["error"]
    assert desk.client.get("/api/progress", headers={JOB: "0" * 32}).status_code == 204


def test_the_way_there_and_back(desk: Desk, stego: bytes) -> None:
    answer = desk.ask("reveal", {"passphrase": WORD}, stego=stego, reference=desk.reference)
    facts = facts_of(answer)
    assert (facts["kind"], facts["width"], facts["height"]) == ("picture", 64, 64)
    assert facts["intact"]
    assert parts_of(answer)["secret"].startswith(b"\x89PNG")


class Patient:
    """Stands for a process whose work ends only when it is cancelled."""

    is_alive, pid = True, 1

    def __init__(self, threads: int = 1) -> None:
        self.started, self.cancelled = threading.Event(), threading.Event()

    def perform(self, action: str, form: object, progress: Callable[..., None]) -> None:
        progress("revealing", 1, 2)
        self.started.set()
        assert self.cancelled.wait(120)
        raise CancelledFault

    def cancel(self) -> None:
        self.cancelled.set()


def test_progress_is_told_and_a_browser_that_goes_away_ends_its_work(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, sent, told = Patient(), [], []
    monkeypatch.setattr("sshr.app.workshop.Worker", lambda threads: worker)
    shop = Workshop(workers=1)
    app = assembled(desk.doors, shop, lambda: None)
    headers = SAME_ORIGIN | {"Host": "127.0.0.1:4711", "Cookie": desk.doors.cookie.split(";")[0]}
    headers |= {"Content-Type": "multipart/form-data; boundary=x", JOB: "ef" * 16}
    scope = {"type": "http", "method": "POST", "path": "/api/show-key", "query_string": b""}
    scope |= {"headers": [(a.lower().encode(), b.encode()) for a, b in headers.items()]}

    async def run() -> None:
        pieces = iter([{"type": "http.request", "body": BODY, "more_body": False}])

        async def receive() -> dict[str, object]:
            for piece in pieces:
                return piece
            assert await asyncio.to_thread(worker.started.wait, 120)
            asked = scope | {"method": "GET", "path": "/api/progress"}
            await app(asked, receive, tell)  # type: ignore[arg-type]
            return {"type": "http.disconnect"}

        async def tell(message: dict[str, object]) -> None:
            told.append(message)

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await app(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run(run())
    assert worker.cancelled.is_set()
    assert shop.ticket("ef" * 16) is None
    assert sent[0]["status"] == 204
    wanted = {"stage": "revealing", "done": 1, "total": 2, "waiting": False}
    assert json.loads(told[1]["body"]) == wanted
