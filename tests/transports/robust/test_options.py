"""What the options of the robust transport may say."""

from typing import Any

import pytest

from sshr.errors import UsageError
from sshr.transports.robust.options import LEVELS, RobustOptions


def test_defaults() -> None:
    own = RobustOptions()
    assert (own.survive, own.stego_psnr, own.analog) == ("messenger", LEVELS[0], "auto")
    assert (own.preset, own.device) == ("base", "auto")


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"survive": "all"}, "neither messenger, harsh, file nor a list of channels"),
        ({"survive": ""}, "nor a list"),
        ({"survive": "jpeg"}, "needs a value"),
        ({"survive": "png,float"}, "no float"),
        ({"survive": ",".join(f"jpeg:{q}" for q in range(50, 70))}, "12 channels at most"),
        ({"survive": "file", "stego_psnr": 38.0}, "no other option"),
        ({"survive": "file", "analog": "off"}, "no other option"),
        ({"jpeg": 60}, "70 to 100, not 60"),
        ({"jpeg": 101}, "70 to 100, not 101"),
        ({"jpeg": 90, "survive": "file"}, "nothing of the network"),
        ({"jpeg": 90, "analog": "on"}, "nothing of the network"),
        ({"stego_psnr": 41.0}, "35, 38, 40.6, 44 dB, not 41"),
        ({"stego_psnr": float("nan")}, "not nan"),
        ({"analog": "yes"}, "auto, on, off"),
        ({"survive": "a\nb"}, "messenger, harsh"),
    ],
)
def test_nonsense_is_refused(request_: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        RobustOptions(**request_)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("survive", "analog", "has"),
    [
        ("messenger", "auto", True),
        ("harsh", "auto", False),
        ("jpeg:60", "auto", False),
        ("harsh", "on", True),
        ("messenger", "off", False),
    ],
)
def test_part_of_the_network(survive: str, analog: str, has: bool) -> None:
    assert RobustOptions(survive=survive, analog=analog).has_analog is has


def test_a_jpeg_has_no_part_of_the_network() -> None:
    assert not RobustOptions(jpeg=90).has_analog
