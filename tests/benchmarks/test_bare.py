"""Networks without a header: what the receiver starts from is all that differs."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from sshr.errors import UsageError, WrongKeyError
from sshr.evaluation.methods.method import MethodEntry
from sshr.metrics import psnr
from sshr.transports.analog.engine import Engine
from sshr.zoo.registry import load_model

KEY = bytes(range(32))
Load = Callable[[str], ModuleType]


def test_the_tensor_tells_more_than_the_file_and_shaped_rounding_more_than_plain(
    load: Load, photo: Callable[..., NDArray[np.uint8]]
) -> None:
    bare, engine = load("bare"), Engine(load_model("base", "cpu"))
    secret, reference = photo("parrots", 96, 96), photo("lighthouse", 96, 96)
    found = []
    for nearest in (False, True):
        method = bare.BareMethod(engine, nearest)
        (stego,) = method.conceal(secret[None], reference[None], KEY)
        (revealed,) = method.reveal(stego[None], reference[None], KEY)
        found.append((psnr(stego, reference), psnr(revealed, secret)))
        exact = method.trace(secret, reference, KEY).exact()[1]
        assert psnr(exact, secret) > found[-1][1] + 5
        other = method.conceal(secret[None], reference[None], KEY[::-1])
        assert not np.array_equal(other[0], stego)
        with pytest.raises(WrongKeyError):
            method.reveal(stego[None], reference[None], bytes(32))
    (shaped_stego, shaped), (plain_stego, plain) = found
    assert plain < shaped - 1
    assert plain_stego > shaped_stego


def test_figures_are_means_over_the_pairs(load: Load, five: Path) -> None:
    bare, engine = load("bare"), Engine(load_model("paper", "cpu"))
    methods = [MethodEntry("n", bare.BareMethod(engine), "1")]
    found = bare.measured(methods, five, 80, 2)["n"]
    assert list(found) == ["float", "png"]
    assert found["float"]["revealed_psnr"] > 90
    png = found["png"]
    assert png["total"] == png["stego_psnr"] + png["revealed_psnr"]
    assert png["worst_stego"] <= png["stego_psnr"]
    with pytest.raises(UsageError, match="--crop"):
        bare.measured(methods, five, 70)
