"""The robust transport as the table holds it."""

import os
import subprocess
import sys

from sshr.transports.kind import LOSSLESS_SUFFIXES, Kind
from sshr.transports.protocol import Finder, implied_options, jpeg_quality, option_names
from sshr.transports.robust.compact import CODE
from sshr.transports.robust.options import RobustOptions
from sshr.transports.robust.transport import RobustTransport
from sshr.transports.table import TRANSPORTS


def test_it_carries_anything_and_finds_its_own_header() -> None:
    own = RobustTransport()
    assert (own.code, own.name) == (CODE, "robust")
    assert (own.kinds, own.suffixes) == (
        frozenset(Kind),
        LOSSLESS_SUFFIXES | {".jpg", ".jpeg"},
    )
    assert isinstance(own, Finder)
    assert option_names(own) == [
        "survive",
        "stego_psnr",
        "analog",
        "force_weak",
        "jpeg",
        "preset",
        "device",
    ]
    assert isinstance(TRANSPORTS["robust"], RobustTransport)


def test_bytes_need_no_network() -> None:
    script = (
        "import sys, numpy, sshr\n"
        "from sshr.transports.robust.profiles import PROMISES, Promise\n"
        "PROMISES['messenger'] = Promise('messenger', ('jpeg:75',), ('jpeg:75',), 0.004)\n"
        "rng = numpy.random.default_rng(1)\n"
        "reference = rng.integers(20, 230, (128, 128, 3), numpy.uint8)\n"
        "keys = sshr.Keys(reference_alone=True)\n"
        "stego = sshr.conceal(sshr.Blob(b'x'), reference, keys, 'robust')\n"
        "found = sshr.reveal(stego.image, reference, keys)\n"
        "print(found.data, found.transport, 'torch' in sys.modules)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "b'x' robust False\n"), done.stderr


def test_a_jpeg_file_implies_its_option() -> None:
    assert implied_options(TRANSPORTS["robust"], "a/b.JPG") == {"jpeg": 90}
    assert implied_options(TRANSPORTS["robust"], "b.png") == {}
    assert implied_options(TRANSPORTS["analog"], "b.jpg") == {}
    assert jpeg_quality(RobustOptions(jpeg=80)) == 80
    assert jpeg_quality(TRANSPORTS["analog"].options()) == 0
