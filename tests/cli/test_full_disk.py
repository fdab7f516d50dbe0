"""A disk that really fills up: a limit of the file size, and a small file system."""

import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SSHR = (sys.executable, "-m", "sshr")
OPEN = ("--no-passphrase", "--json")
SMALL_DISK = ("unshare", "--user", "--map-root-user", "--mount")

# Mounts a disk of 120 KiB at `out`, fills it with stegos of some 45 KiB, and tries again on a
# larger one. What it prints are exit codes and the names on the disk.
SCRIPT = """
set -u
mount -t tmpfs -o size=120k none out
"$@"; echo "code $?"
ls -A out | sort | tr '\\n' ' '; echo
stat -c '%n %Y %i' out/p*.png > before
mount -o remount,size=4m out
"$@"; echo "code $?"
ls -A out | sort | tr '\\n' ' '; echo
stat -c '%n %Y %i' $(cut -d' ' -f1 before) | cmp - before && echo "not made again"
"""


def limit_file_size() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


@pytest.mark.parametrize("transport", ["analog", "sealed"])
def test_a_file_that_cannot_grow_is_not_there(desk: Path, transport: str) -> None:
    words = ("conceal", "secret.png", "-r", "reference.png", "-o", "out.png", *OPEN)
    done = subprocess.run(
        (*SSHR, *words, "--transport", transport),
        preexec_fn=limit_file_size,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 8, done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("out.png").exists()
    assert not list(desk.glob(".sshr-*"))


def can_mount() -> bool:
    command = (*SMALL_DISK, "mount", "-t", "tmpfs", "none", "/mnt")
    if not shutil.which("unshare"):
        return False
    return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def test_a_folder_on_a_full_disk_is_completed_by_a_rerun(desk: Path) -> None:
    if not can_mount():
        pytest.skip("needs user namespaces with their own mounts")
    for name in ("secrets", "references", "out"):
        Path(name).mkdir()
    for n in range(4):
        shutil.copy("secret.png", f"secrets/p{n}.png")
        shutil.copy("reference.png", f"references/p{n}.png")
    words = ("conceal", "secrets", "-r", "references", "-o", "out", *OPEN)
    done = subprocess.run(
        (*SMALL_DISK, "sh", "-c", SCRIPT, "sh", *SSHR, *words), capture_output=True, text=True
    )
    said = [line for line in done.stdout.splitlines() if not line.startswith("{")]
    assert len(said) == 5, (said, done.stderr)
    first_code, first_names, second_code, second_names, unchanged = said
    assert first_code == "code 1"
    assert "No space left" in done.stdout
    full = [name for name in first_names.split() if name.endswith(".png")]
    assert 0 < len(full) < 4
    assert second_code == "code 0"
    assert [n for n in second_names.split() if n.endswith(".png")] == [
        f"p{n}.png" for n in range(4)
    ]
    assert not [name for name in second_names.split() if name.endswith(".tmp")]
    assert unchanged == "not made again"
