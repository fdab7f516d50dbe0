"""What `sshr.inspect` says of a stego."""

import numpy as np
from numpy.typing import NDArray

import sshr

Rgb8 = NDArray[np.uint8]
OPEN = sshr.Keys(reference_alone=True)


def test_inspect_says_what_is_in_it(stego: sshr.Stego, reference: Rgb8) -> None:
    contents = sshr.inspect(stego.image, reference, OPEN).as_dict()
    identity = sshr.load_model("base").digest[:8].hex()
    assert contents == {
        "transport": "analog",
        "kind": "picture",
        "preset": "base",
        "checkpoint": identity,
        "secret_width": 128,
        "secret_height": 128,
        "greyscale": False,
        "fit": "contain",
        "turned": False,
        "tiles": 1,
        "intact": True,
        "sender": None,
        "note": "",
    }
