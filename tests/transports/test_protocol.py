"""What every transport keeps to, and what its answers look like in JSON."""

import dataclasses
import json

import pytest

from sshr.crypto.identity import sender_fingerprint
from sshr.errors import UsageError
from sshr.transports.kind import Kind
from sshr.transports.protocol import Contents, Forecast, Transport, make_options, option_names
from sshr.transports.table import TRANSPORTS


@pytest.mark.parametrize("transport", TRANSPORTS.values(), ids=TRANSPORTS)
def test_transport_keeps_to_the_protocol(transport: Transport) -> None:
    assert 0 <= transport.code <= 255
    assert transport.name.islower()
    assert transport.kinds <= frozenset(Kind)
    assert transport.kinds
    assert all(one.startswith(".") and one == one.lower() for one in transport.suffixes)
    for one in dataclasses.fields(transport.options):
        assert one.default is not dataclasses.MISSING
        assert one.metadata["help"]
    options = make_options(transport, {})
    assert options == transport.options()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(options, option_names(transport)[0], None)


def test_given_options_are_taken_and_foreign_ones_refused() -> None:
    sealed = TRANSPORTS["sealed"]
    assert option_names(sealed) == ["noise", "quality", "stego_psnr", "ecc"]
    options = make_options(sealed, {"noise": "uniform", "ecc": True})
    assert (options.noise, options.quality, options.ecc) == ("uniform", "auto", True)
    with pytest.raises(UsageError, match="the sealed transport has no option 'fit'"):
        make_options(sealed, {"noise": "uniform", "fit": "cover"})
    with pytest.raises(UsageError, match="is not one of"):
        make_options(sealed, {"noise": "loud"})


def test_contents_in_json_name_kind_and_sender_in_words() -> None:
    sender = bytes(range(32))
    told = Contents("x", Kind.TEXT, details={"noise": "loud", "size": 3}, sender=sender).as_dict()
    assert json.loads(json.dumps(told)) == {
        **{"transport": "x", "kind": "text", "secret_width": None, "secret_height": None},
        **{"greyscale": None, "intact": True, "noise": "loud", "size": 3, "note": ""},
        "sender": sender_fingerprint(sender),
    }
    assert Contents("x", Kind.PICTURE, 5, 4, False).as_dict()["sender"] is None


def test_forecast_in_json_names_its_capacities_by_decibels() -> None:
    told = Forecast("x", (3, 2), False, 1, 2, 0.5, capacity={38.0: 90, 40.5: 70}, notes=("n",))
    found = json.loads(json.dumps(told.as_dict()))
    assert found["capacity"] == {"38": 90, "40.5": 70}
    assert (found["stego"], found["notes"], found["secret"]) == ([3, 2], ["n"], None)
    assert found.keys() == {one.name for one in dataclasses.fields(Forecast)}
