"""The sealed transport as the table holds it: it needs no network."""

import os
import subprocess
import sys

from sshr.transports.kind import LOSSLESS_SUFFIXES, Kind
from sshr.transports.sealed.transport import SealedTransport


def test_it_carries_anything_in_lossless_files() -> None:
    own = SealedTransport()
    assert (own.code, own.name) == (1, "sealed")
    assert (own.kinds, own.suffixes) == (frozenset(Kind), LOSSLESS_SUFFIXES)


def test_nothing_of_it_loads_a_network() -> None:
    script = (
        "import sys, numpy, sshr\n"
        "reference = numpy.zeros((80, 80, 3), numpy.uint8)\n"
        "stego = sshr.conceal(sshr.Blob(b'x'), reference, sshr.Keys(reference_alone=True))\n"
        "stego.check()\n"
        "found = sshr.reveal(stego.image, reference, sshr.Keys(reference_alone=True))\n"
        "told = sshr.inspect(stego.image, reference, sshr.Keys(reference_alone=True))\n"
        "print(found.data, told.transport, 'torch' in sys.modules)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "b'x' sealed False\n"), done.stderr
