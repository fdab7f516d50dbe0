"""A folder on a local cluster, and addresses without one."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sshr.batch.cluster import check_address
from sshr.batch.pairing import pair_by_name
from sshr.batch.runner import Backend, run_folder
from sshr.batch.work import Job
from sshr.crypto.keys import Keys
from sshr.errors import UsageError

PAIRS = 6
# The worker that comes to the third pair first stops before it names the output, until it dies.
# Dask runs such a file more than once.
GATE = """
import os
import threading
from pathlib import Path
from sshr.files import temporary

root = Path({root!r})

def gated(file, target, publish=temporary._publish_new):
    if target.name == "p02.png" and not (root / "killed").exists():
        (root / "pid").write_text(str(os.getpid()))
        (root / "pid").rename(root / "victim")
        threading.Event().wait()
    publish(file, target)

temporary._publish_new = gated
"""


def test_a_killed_worker_loses_no_file_and_repeats_none(photo, tmp_path: Path) -> None:
    from distributed import LocalCluster

    own, shared, out = (tmp_path / name for name in ("secrets", "references", "out"))
    own.mkdir()
    shared.mkdir()
    for n in range(PAIRS):
        Image.fromarray(photo("parrots", 64, 64, 10 * n)).save(own / f"p{n:02}.png")
        Image.fromarray(photo("sailboats", 64, 64, 10 * n)).save(shared / f"p{n:02}.png")
    (tmp_path / "gate.py").write_text(GATE.format(root=str(tmp_path)))
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        preload=[str(tmp_path / "gate.py")],
    ) as cluster:
        seen: dict[str, int] = {}

        def kill() -> None:
            deadline = time.monotonic() + 300  # so that a failure is one, and no endless test
            while not (tmp_path / "victim").exists() or len(list(out.glob("p*.png"))) < 2:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.01)
            seen.update({path.name: path.stat().st_ino for path in out.glob("p*.png")})
            (tmp_path / "killed").touch()
            os.kill(int((tmp_path / "victim").read_text()), signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        entries = run_folder(
            Job("conceal", out, Keys(reference_alone=True)),
            pair_by_name(own, shared, out),
            Backend("dask", scheduler=cluster.scheduler_address),
        )
        killer.join(5)
    assert 2 <= len(seen) < PAIRS
    assert "p02.png" not in seen
    assert [entry.name for entry in entries] == [f"p{n:02}.png" for n in range(PAIRS)]
    assert {entry.state for entry in entries} == {"done"}, [entry.error for entry in entries]
    assert {path.name for path in out.glob("p*.png")} == {entry.name for entry in entries}
    assert {name: (out / name).stat().st_ino for name in seen} == seen
    assert len(json.loads((out / "manifest.json").read_text())) == PAIRS
    with Image.open(out / "p00.png") as image:
        assert np.array(image).shape == (64, 64, 3)


def test_nobody_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sshr.batch.cluster.CONNECT_SECONDS", 1)
    from sshr.batch.cluster import run_cluster

    with pytest.raises(UsageError, match="no Dask scheduler"):
        list(
            run_cluster(
                Job("conceal", tmp_path, Keys(reference_alone=True)), [], "tcp://127.0.0.1:9"
            )
        )


@pytest.mark.parametrize(
    "address",
    ["tls://far:8786", "tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://[::1]:1", "localhost:8786"],
)
def test_keys_travel_encrypted_or_stay_here(address: str) -> None:
    check_address(address)
    assert Backend("dask", scheduler=address).scheduler == address


@pytest.mark.parametrize(
    "address",
    ["tcp://far:8786", "far:8786", "tcp://10.0.0.1:1", "ws://far", "tcp://localhost.far:1", "x"],
)
def test_keys_do_not_leave_this_machine_in_clear(address: str) -> None:
    with pytest.raises(UsageError, match="in clear: use a tls://"):
        Backend("dask", scheduler=address)
    assert Backend("dask", scheduler=address, insecure=True).insecure
