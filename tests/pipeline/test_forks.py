"""A process that is forked after the network was used, as `multiprocessing` does on Linux."""

import os
import subprocess
import sys

import pytest

# The parent's threads are more than one, whatever the machine has; a child that waits for them is
# killed by its own alarm.
SCRIPT = """
import os, signal, sys
import numpy as np, torch
torch.set_num_threads(2)
import sshr

keys = sshr.Keys(reference_alone=True)
y, x = np.mgrid[:128, :128]
reference = np.stack([x + 60, y + 60, 250 - x], -1).astype(np.uint8)
secret = np.ascontiguousarray(reference[::-1, ::-1])
stego = sshr.conceal(secret, reference, keys)
stego.check()
child = os.fork()
if not child:
    signal.alarm(100)
    again = sshr.conceal(secret, reference, keys)
    sound = again.check().revealed_psnr > 40 and torch.get_num_threads() == 1
    os._exit(0 if sound else 3)
assert os.waitpid(child, 0)[1] == 0
assert torch.get_num_threads() == 2
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_conceals_and_reveals() -> None:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment | {"PYTHONPATH": path, "OMP_WAIT_POLICY": "PASSIVE"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
