"""Plain files alone are opened, and nothing is waited for."""

import os
from pathlib import Path

import pytest

from sshr.files.regular import open_regular, read_regular


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x\r\n")
    (tmp_path / "link").symlink_to("plain")
    os.mkfifo(tmp_path / "pipe")
    for name in ("plain", "link"):
        assert read_regular(tmp_path / name) == b"x\r\n"
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            open_regular(path)
    with pytest.raises(OSError, match="link"):
        open_regular(tmp_path / "link", follow=False)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "absent")
