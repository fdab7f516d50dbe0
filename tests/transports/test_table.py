"""The table of transports: found by name, by kind of secret and by a stego's code."""

import pytest

from sshr.errors import NewerVersionError, UsageError
from sshr.transports.kind import Kind
from sshr.transports.table import TRANSPORTS, find_transport, transport_of


def test_codes_and_names_are_numbers_of_the_format() -> None:
    found = {name: each.code for name, each in TRANSPORTS.items()}
    assert found == {"analog": 0, "sealed": 1, "robust": 2}
    assert all(name == each.name for name, each in TRANSPORTS.items())
    assert len({each.code for each in TRANSPORTS.values()}) == len(TRANSPORTS)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_default(kind: Kind) -> None:
    found = find_transport(None, kind)
    assert kind in found.kinds
    assert found is next(each for each in TRANSPORTS.values() if kind in each.kinds)


def test_found_by_name() -> None:
    for name, each in TRANSPORTS.items():
        assert find_transport(name, Kind.PICTURE) is each
        assert transport_of(each.code) is each


def test_refusals_name_what_there_is() -> None:
    with pytest.raises(
        UsageError, match=r"transport ra\\ndio is not one of analog, sealed, robust"
    ):
        find_transport("ra\ndio", Kind.PICTURE)
    with pytest.raises(
        UsageError, match="the analog transport carries no text; sealed or robust does"
    ):
        find_transport("analog", Kind.TEXT)
    with pytest.raises(NewerVersionError, match=r"newer sshr \(with transport 99\)"):
        transport_of(99)
