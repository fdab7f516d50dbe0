import fcntl
import os
import termios
import threading

import pytest

from sshr.files import text as textfiles
from sshr.files.text import decode_text, read_text


def test_files_and_pipes_are_read_whole(tmp_path):
    (tmp_path / "plain").write_bytes("über\r\n".encode())
    assert read_text(tmp_path / "plain") == "über\r\n"
    end, begin = os.pipe()

    def write():
        os.write(begin, b"in two ")
        while any(fcntl.ioctl(begin, termios.FIONREAD, bytes(4))):
            os.sched_yield()  # the first part has not been read yet
        os.write(begin, b"parts")
        os.close(begin)

    writer = threading.Thread(target=write)
    writer.start()
    assert read_text(f"/dev/fd/{end}") == "in two parts"
    writer.join()
    os.close(end)


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert read_text(tmp_path / "pipe") == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_no_part_of_the_text(encoding):
    assert decode_text("über\r\n".encode(encoding)) == "über\r\n"
    for order in ("le", "be") if encoding != "utf-8-sig" else ():
        assert decode_text("\ufeffüber".encode(f"{encoding}-{order}")) == "über"


def test_half_a_wide_character_is_refused():
    with pytest.raises(ValueError, match="not text in UTF-16"):
        decode_text(b"\xff\xfea")


def test_endless_long_and_foreign_files_are_refused(tmp_path, monkeypatch):
    (tmp_path / "latin").write_bytes(b"\xfcber")
    with pytest.raises(ValueError, match="not text in UTF-8"):
        read_text(tmp_path / "latin")
    monkeypatch.setattr(textfiles, "MAX_BYTES", 1 << 20)
    with pytest.raises(ValueError, match="longer than 1 MiB"):
        read_text("/dev/zero")
    with pytest.raises(OSError, match="directory"):
        read_text(tmp_path)
    with pytest.raises(ValueError, match="null byte"):
        read_text("a\0b")
