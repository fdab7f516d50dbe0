"""Where the page is served: on this machine alone, or behind TLS and a password."""

import sys

import pytest

from sshr.app.server import AppSettings, is_loopback, listen, serve
from sshr.errors import UsageError

PASSWORD = "correct horse battery"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"host": "0.0.0.0"}, "would show the page to other machines"),
        ({"host": "192.168.1.2"}, "give a password"),
        ({"host": "example.org"}, "TLS proxy"),
        ({"host": "0.0.0.0", "password": PASSWORD}, "--origin https://NAME"),
        ({"host": "0.0.0.0", "origin": "https://sshr.example"}, "at least 12 characters"),
        ({"origin": "https://sshr.example", "password": "short"}, "at least 12 characters"),
        ({"origin": "http://sshr.example", "password": PASSWORD}, "must be https://"),
        ({"origin": "https://sshr.example/", "password": PASSWORD}, "must be https://"),
        ({"origin": "https://", "password": PASSWORD}, "must be https://"),
        ({"password": PASSWORD}, "give its --origin too"),
        ({"port": 70000}, "from 0 to 65535"),
    ],
)
def test_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        AppSettings(**given)  # type: ignore[arg-type]


def test_allowed() -> None:
    assert AppSettings().host == "127.0.0.1"
    assert AppSettings("::1").port == 0
    both = AppSettings("0.0.0.0", 8000, "https://sshr.example:8443", PASSWORD)
    assert PASSWORD not in repr(both)


def test_this_machine() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.0.0.9", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("", "0.0.0.0", "::", "10.0.0.1", "sshr.example"))


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(UsageError, match=r"pip install 'sshr\[app\]'"):
        serve(AppSettings(), lambda *_: None)


def test_a_taken_port_is_told() -> None:
    with listen(AppSettings()) as taken:
        port = taken.getsockname()[1]
        assert port
        with pytest.raises(UsageError, match=f"port {port}"):
            listen(AppSettings(port=port))
    with pytest.raises(UsageError, match=r"cannot listen on 203\.0\.113\.1"):
        listen(AppSettings("203.0.113.1", 0, "https://sshr.example", PASSWORD))
