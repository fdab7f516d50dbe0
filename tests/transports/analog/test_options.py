"""What the options of the analog transport may say."""

from typing import get_args

import pytest

from sshr.errors import UsageError
from sshr.imaging.fitting import FitMode
from sshr.transports.analog.options import FITS, AnalogOptions
from sshr.transports.cover import FITS as CODES


def test_defaults() -> None:
    assert AnalogOptions() == AnalogOptions("base", "contain", "auto")


def test_fits_are_those_of_the_pictures() -> None:
    assert set(get_args(FitMode)) == set(FITS) == set(CODES)
    for fit in FITS:
        assert AnalogOptions(fit=fit).fit == fit  # type: ignore[arg-type]


def test_unknown_fit_is_refused() -> None:
    with pytest.raises(UsageError, match=r"fit 'squ\\nash' is not one of contain, cover, stretch"):
        AnalogOptions(fit="squ\nash")  # type: ignore[arg-type]
