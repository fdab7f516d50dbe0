"""The analog transport as the table holds it: its parts are loaded when they are used."""

import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sshr.imaging.reading import as_picture
from sshr.transports.analog.transport import AnalogTransport
from sshr.transports.cover import Cover
from sshr.transports.kind import LOSSLESS_SUFFIXES, Kind


def test_it_carries_pictures_in_lossless_files() -> None:
    own = AnalogTransport()
    assert (own.code, own.name) == (0, "analog")
    assert (own.kinds, own.suffixes) == ({Kind.PICTURE}, LOSSLESS_SUFFIXES)


def test_table_and_forecast_need_no_network(
    photo: Callable[..., NDArray[np.uint8]],
) -> None:
    own = AnalogTransport()
    cover = Cover.of(as_picture(photo("sailboats")))
    told = own.expect(None, cover, 1, False, own.options())
    assert (told.transport, told.stego, told.tiles) == ("analog", (128, 128), 1)
    script = (
        "import sys, numpy, sshr; from sshr.transports.table import TRANSPORTS; "
        "sshr.forecast(None, numpy.zeros((64, 64, 3), numpy.uint8), 'analog'); "
        "print('torch' in sys.modules)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr
