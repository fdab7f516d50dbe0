"""Argon2id ahead of its use, and never twice at once."""

import os
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sshr.crypto import keys, stretching
from sshr.crypto.keys import stretch
from sshr.crypto.stretching import Stretching

SALT = b"s" * 16


class Slow:
    """In the place of Argon2id: counts how many are at work, and waits until it may go on."""

    at_work = 0
    most = 0
    go_on = threading.Event()

    def __init__(self, salt: bytes, **_: int) -> None:
        self._salt = salt

    def derive(self, passphrase: bytes) -> bytes:
        Slow.at_work += 1
        Slow.most = max(Slow.most, Slow.at_work)
        Slow.go_on.wait(0.02)
        Slow.at_work -= 1
        return passphrase + self._salt


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> type[Slow]:
    Slow.at_work = Slow.most = 0
    Slow.go_on = threading.Event()
    monkeypatch.setattr(keys, "Argon2id", Slow)
    return Slow


@pytest.mark.parametrize("begun", [True, False])
def test_key_is_the_stretched_passphrase_begun_or_not(begun: bool) -> None:
    one = Stretching(b"word", SALT)
    if begun:
        one.begin()
        one.begin()
    assert one.key() == stretch(b"word", SALT)


def test_without_a_passphrase_there_is_no_key(slow: type[Slow]) -> None:
    one = Stretching(None, SALT)
    one.begin()
    assert one.key() is None
    assert slow.most == 0


def test_it_is_made_once_and_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def note(passphrase: bytes, salt: bytes) -> bytes:
        seen.append((threading.get_ident(), passphrase, salt))
        return bytes(32)

    monkeypatch.setattr(stretching, "stretch", note)
    one = Stretching(b"word", SALT)
    one.begin()
    assert one.key() == bytes(32)
    ((thread, *given),) = seen
    assert thread != threading.get_ident()
    assert given == [b"word", SALT]


def test_its_failure_is_told_to_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(passphrase: bytes, salt: bytes) -> bytes:
        raise MemoryError

    monkeypatch.setattr(stretching, "stretch", fail)
    one = Stretching(b"word", SALT)
    one.begin()
    with pytest.raises(MemoryError):
        one.key()


def test_what_has_been_asked_for_can_be_pickled() -> None:
    one = Stretching(b"word", SALT)
    one.begin()
    assert pickle.loads(pickle.dumps((one.key(), one)))[1].key() == stretch(b"word", SALT)


def test_two_threads_never_stretch_at_once(slow: type[Slow]) -> None:
    # OpenSSL shares its threads out among all derivations; two at once can wait for ever.
    threads = [threading.Thread(target=stretch, args=(b"word", SALT)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slow.most == 1


@contextmanager
def stretching_elsewhere(slow: type[Slow]) -> Iterator[None]:
    thread = threading.Thread(target=stretch, args=(b"word", SALT))
    thread.start()
    yield
    slow.go_on.set()
    thread.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_forked_meanwhile_can_stretch(slow: type[Slow]) -> None:
    with stretching_elsewhere(slow):
        child = os.fork()
        if not child:
            os._exit(0 if stretch(b"word", SALT) == b"word" + SALT else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
