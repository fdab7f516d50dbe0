"""Links and cookies that let a browser in."""

import pytest
from tests.app.conftest import ADDRESS, SAME_ORIGIN, Desk, client_of

from sshr.app.doors import Address, Doors
from sshr.app.workshop import Workshop

PASSWORD = "correct horse battery"


def test_a_link_gives_a_cookie_and_leaves_the_address_bar(desk: Desk) -> None:
    answer = desk.client.get(f"/enter?ticket={desk.doors.ticket}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/conceal"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("sshr-4711=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Max-Age" not in cookie
    assert desk.doors.ticket not in cookie


def test_the_browsers_link_works_once() -> None:
    doors = Doors(ADDRESS)
    link = doors.once
    assert doors.link(link).startswith("http://127.0.0.1:4711/enter?ticket=")
    assert doors.opens(link)
    assert not doors.opens(link)
    assert doors.opens(doors.ticket)
    assert doors.opens(doors.ticket)
    assert not doors.opens("")
    assert not doors.opens("ü")


def test_a_wrong_link_is_told(desk: Desk) -> None:
    answer = desk.client.get("/enter?ticket=wrong")
    assert answer.status_code == 403
    assert "has not been let in" in answer.text


def test_no_secret_is_shown_by_accident() -> None:
    doors = Doors(ADDRESS, PASSWORD.encode())
    for secret in (doors.ticket, doors.once, doors.session, PASSWORD):
        assert secret not in repr(doors)


def test_addresses_of_this_machine() -> None:
    six = Address.of_loopback("::1", 80)
    assert six.origins == ("http://[::1]:80", "http://localhost:80")
    assert six.hosts == {"[::1]:80", "localhost:80"}
    assert not six.is_secure
    assert Address(("https://sshr.example",)).is_secure


def test_a_password_opens_and_a_link_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sshr.app.doors._TRY_SECONDS", 0)
    doors = Doors(Address(("https://sshr.example",)), PASSWORD.encode())
    client = client_of(doors, Workshop(workers=1))
    client.base_url = "https://sshr.example"  # type: ignore[assignment]
    own = SAME_ORIGIN | {"Origin": "https://sshr.example"}

    def enter(password: str, **more: str) -> int:
        sent = {"password": (None, password)} | {name: (None, one) for name, one in more.items()}
        return int(client.post("/enter", files=sent, headers=own).status_code)

    door = client.get("/conceal")
    assert door.status_code == 403
    assert "locked by the password" in door.text
    assert client.get(f"/enter?ticket={doors.ticket}").status_code == 403
    assert enter("wrong") == 403
    assert enter("") == 403
    assert enter("x" * 5000) == 413
    assert enter(PASSWORD, other="x") == 400
    assert client.get("/conceal").status_code == 403
    assert enter(PASSWORD) == 200
    assert client.cookies["sshr-sshr.example"] == doors.session
    assert client.get("/conceal").status_code == 200
    assert "Secure" in doors.cookie.split("; ")
