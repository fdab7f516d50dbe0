"""Every failure has a kind, and every kind an exit code of its own."""

import inspect

import pytest

from sshr import errors
from sshr.errors import ImageError, SshrError, TooSmallError, UsageError

KINDS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, SshrError)
]


def test_exit_codes_are_distinct() -> None:
    codes: dict[int, type[SshrError]] = {}
    for kind in KINDS:
        if kind is not TooSmallError:  # a kind of picture that will not do
            assert codes.setdefault(kind.exit_code, kind) is kind
    assert TooSmallError.exit_code == ImageError.exit_code
    assert sorted(codes) == list(range(1, len(codes) + 1))


def test_exit_codes_are_what_the_documents_say() -> None:
    names = "SshrError Usage Mismatch WrongKey Damaged NothingFound Image Output Checkpoint Device"
    names += " Recipe Training Signature KeyFile Evaluation NewerVersion"
    by_code = sorted((k for k in KINDS if k is not TooSmallError), key=lambda k: k.exit_code)
    assert [kind.__name__.removesuffix("Error") for kind in by_code] == [
        name.removesuffix("Error") for name in names.split()
    ]


def test_shell_and_signals_keep_their_own_codes() -> None:
    assert all(0 < kind.exit_code < 64 for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_one_handler_catches_all(kind: type[SshrError]) -> None:
    with pytest.raises(SshrError, match="words"):
        raise kind("words")
    assert kind.__doc__


def test_usage_is_what_shells_expect() -> None:
    assert UsageError.exit_code == 2
