"""Hosts, origins and cookies: what is not our own page in the right browser gets nothing."""

import pytest
from starlette.testclient import TestClient
from tests.app.conftest import ADDRESS, ORIGIN, SAME_ORIGIN, Desk

from sshr.app.gate import HEADERS

POST = {"files": {"key": ("key", b"sshr1")}}


def test_every_answer_has_its_headers(desk: Desk) -> None:
    for path in ("/conceal", "/static/app.css", "/nothing", "/enter"):
        answer = desk.client.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "localhost:4712", "", "127.0.0.1:4711."]
)
def test_another_host_is_refused(desk: Desk, host: str) -> None:
    """A foreign name that leads to this machine: DNS rebinding."""
    answer = desk.client.get("/conceal", headers={"Host": host})
    assert answer.status_code == 421
    assert "not the one that sshr was started for" in answer.text


def test_localhost_is_the_same_machine(desk: Desk) -> None:
    assert desk.client.get("/static/app.css", headers={"Host": "localhost:4711"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:4712"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_pages_post_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    answer = desk.client.post("/api/show-key", headers=headers, **POST)
    assert answer.status_code == 403
    assert "another page has asked for this" in answer.json()["error"]


def test_another_page_loads_nothing_of_ours(desk: Desk) -> None:
    for mode in ("no-cors", "cors"):
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}
        assert desk.client.get("/static/app.js", headers=headers).status_code == 403
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    framed = followed | {"Sec-Fetch-Dest": "iframe"}
    assert desk.client.get("/conceal", headers=framed).status_code == 403
    followed |= {"Sec-Fetch-Dest": "document"}
    assert desk.client.get("/static/app.js", headers=followed).status_code == 200


def test_without_the_cookie_there_is_the_door_alone(desk: Desk) -> None:
    app = desk.client.app
    for cookie in ("", "sshr-4711=wrong", "sshr-4712=" + desk.doors.session, "sshr-4711="):
        browser = TestClient(app, base_url=ORIGIN, headers={"Cookie": cookie})
        for path in ("/", "/conceal", "/words.txt", "/api/progress", "/nothing"):
            answer = browser.get(path)
            assert answer.status_code == 403, path
            assert "has not been let in" in answer.text
        assert browser.post("/api/show-key", headers=SAME_ORIGIN, **POST).status_code == 403
        assert browser.get("/static/app.css").status_code == 200


def test_other_methods_are_refused_in_words(desk: Desk) -> None:
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
        answer = desk.client.request(method, "/conceal")
        assert answer.status_code == 405
        assert "cannot be asked for" in answer.text or "can be asked for" in answer.text
    assert ADDRESS.hosts == {"127.0.0.1:4711", "localhost:4711"}
