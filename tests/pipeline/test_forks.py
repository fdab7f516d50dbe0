"""A process that is forked after the network was used, as `multiprocessing` does on Linux."""

import os
import subprocess
import sys
from importlib.resources import files

import pytest

# Two tiles and two threads; a child that waits for its parent's threads is killed by its own alarm.
SCRIPT = """
import os, signal
os.environ["OMP_NUM_THREADS"] = "2"
import numpy as np, sshr

keys = sshr.Keys(reference_alone=True)
y, x = np.mgrid[:96, :352] % 200
reference = np.stack([x + 40, y + 60, 250 - x], -1).astype(np.uint8)
secret = np.ascontiguousarray(reference[::-1, ::-1])
stego = sshr.conceal(secret, reference, keys, preset=PRESET)
stego.check()
child = os.fork()
if not child:
    signal.alarm(100)
    again = sshr.conceal(secret, reference, keys, preset=PRESET)
    os._exit(0 if again.check().revealed_psnr > 40 else 3)
assert os.waitpid(child, 0)[1] == 0
assert sshr.reveal(stego.image, reference, keys).intact
"""
CHECKPOINT = str(files("sshr.zoo") / "weights" / "base.safetensors")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("preset", ["base", CHECKPOINT], ids=["graphs", "torch"])
def test_a_forked_process_conceals_and_reveals(preset: str) -> None:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("PRESET", repr(preset))],
        env=environment | {"PYTHONPATH": path, "OMP_WAIT_POLICY": "PASSIVE"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
