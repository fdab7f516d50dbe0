import io
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sshr.errors import OutputError, UsageError
from sshr.imaging.reading import read_image
from sshr.imaging.writing import check_output, write_image

SUFFIXES = [".png", ".webp", ".tif", ".tiff", ".bmp", ".PNG"]


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}


@pytest.fixture
def rgb(photograph):
    return photograph(67, 90)


@pytest.fixture
def refused(tmp_path):
    """Both functions refuse with these words, and the folder stays as it was."""

    def check(path, words, force=False, inputs=(), writes=True):
        before = contents(tmp_path)
        with pytest.raises(OutputError) as caught:
            check_output(path, force, inputs)
        assert words in str(caught.value)
        assert str(caught.value).isprintable()
        if writes:
            with pytest.raises(OutputError) as caught:
                write_image(path, np.zeros((64, 64, 3), np.uint8), force)
            assert words in str(caught.value)
        assert contents(tmp_path) == before

    return check


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_sample_comes_back(tmp_path, rgb, suffix):
    path = tmp_path / f"out{suffix}"
    check_output(path)
    write_image(path, rgb)
    assert np.array_equal(read_image(path).rgb, rgb)
    assert list(contents(tmp_path)) == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_grey_comes_back(tmp_path, rgb, suffix):
    path = tmp_path / f"out{suffix}"
    write_image(path, rgb[:, :, 0])
    result = read_image(path)
    assert np.array_equal(result.rgb, np.repeat(rgb[:, :, :1], 3, axis=2))
    assert result.greyscale == (suffix != ".webp")  # a format without greyscale


def test_array_layout_does_not_matter(tmp_path, rgb):
    write_image(tmp_path / "out.png", rgb.transpose(1, 0, 2)[::-1])
    assert np.array_equal(read_image(tmp_path / "out.png").rgb, rgb.transpose(1, 0, 2)[::-1])


def test_png_holds_nothing_but_the_picture(tmp_path, rgb):
    write_image(tmp_path / "out.png", rgb)
    data, place, kinds = (tmp_path / "out.png").read_bytes(), 8, []
    while place < len(data):
        kinds.append(data[place + 4 : place + 8])
        place += 12 + int.from_bytes(data[place : place + 4], "big")
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}
    assert Image.open(io.BytesIO(data)).info == {}


def test_file_permissions_follow_the_umask(tmp_path, rgb):
    old = os.umask(0o027)
    try:
        write_image(tmp_path / "out.png", rgb)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "out.png").stat().st_mode) == 0o640


def test_check_leaves_no_trace(tmp_path):
    check_output(tmp_path / "out.png", force=True, inputs=[tmp_path / "absent.png"])
    assert contents(tmp_path) == {}


def test_relative_name_in_the_current_folder(tmp_path, rgb, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_output("out.png")
    write_image("out.png", rgb)
    assert np.array_equal(read_image(tmp_path / "out.png").rgb, rgb)


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".avif", ".gif", ".heic"])
def test_lossy_name(tmp_path, refused, suffix):
    refused(tmp_path / f"out{suffix}", "lose detail")


@pytest.mark.parametrize(
    ("name", "words"),
    [("out.xyz", ".xyz is not a format"), ("out", "no suffix"), (".png", "no suffix")],
)
def test_unknown_name(tmp_path, refused, name, words):
    refused(tmp_path / name, words)


def test_existing_file_needs_force(tmp_path, rgb, refused):
    path = tmp_path / "out.png"
    path.write_bytes(b"precious")
    refused(path, "exists already")
    check_output(path, force=True)
    write_image(path, rgb, force=True)
    assert np.array_equal(read_image(path).rgb, rgb)
    assert list(contents(tmp_path)) == ["out.png"]


def test_dangling_link_counts_as_existing(tmp_path, refused):
    (tmp_path / "out.png").symlink_to(tmp_path / "nowhere.png")
    refused(tmp_path / "out.png", "exists already")
    assert not (tmp_path / "nowhere.png").exists()


def test_force_replaces_a_link_and_not_what_it_leads_to(tmp_path, rgb):
    (tmp_path / "other.bin").write_bytes(b"precious")
    (tmp_path / "out.png").symlink_to(tmp_path / "other.bin")
    check_output(tmp_path / "out.png", force=True)
    write_image(tmp_path / "out.png", rgb, force=True)
    assert (tmp_path / "other.bin").read_bytes() == b"precious"
    assert np.array_equal(read_image(tmp_path / "out.png").rgb, rgb)


@pytest.mark.parametrize("force", [False, True])
def test_folder_as_output(tmp_path, refused, force):
    (tmp_path / "out.png").mkdir()
    refused(tmp_path / "out.png", "is a folder", force, writes=False)
    with pytest.raises(OutputError):
        write_image(tmp_path / "out.png", np.zeros((64, 64, 3), np.uint8), force)
    assert list((tmp_path / "out.png").iterdir()) == []
    assert contents(tmp_path) == {}


def test_pipe_as_output(tmp_path, refused):
    os.mkfifo(tmp_path / "out.png")
    refused(tmp_path / "out.png", "not a regular file", force=True, writes=False)


def test_missing_folder(tmp_path, refused):
    refused(tmp_path / "absent" / "out.png", f"no folder {tmp_path / 'absent'}")


def test_file_as_folder(tmp_path, refused):
    (tmp_path / "file").write_bytes(b"precious")
    refused(tmp_path / "file" / "out.png", "is not a folder")


@pytest.mark.parametrize("force", [False, True])
def test_unwritable_folder(public_folder, unprivileged, force):
    public_folder.chmod(0o555)
    words = f"no permission to write in the folder {public_folder}"
    with unprivileged():
        with pytest.raises(OutputError, match=words):
            check_output(public_folder / "out.png", force)
        with pytest.raises(OutputError, match=words):
            write_image(public_folder / "out.png", np.zeros((64, 64, 3), np.uint8), force)
    assert contents(public_folder) == {}


@pytest.mark.parametrize("name", ["a\0b.png", "x" * 300 + ".png"])
def test_impossible_names(tmp_path, refused, name):
    refused(tmp_path / name, "cannot be written")


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("kind", ["itself", "symlink", "hard link", "through a linked folder"])
def test_output_must_not_be_an_input(tmp_path, refused, kind, force):
    source = tmp_path / "in.png"
    source.write_bytes(b"precious")
    output = tmp_path / "out.png"
    if kind == "itself":
        output = tmp_path / "sub" / ".." / "in.png"
        (tmp_path / "sub").mkdir()
    elif kind == "symlink":
        output.symlink_to(source)
    elif kind == "hard link":
        output.hardlink_to(source)
    else:
        (tmp_path / "linked").symlink_to(tmp_path)
        output = tmp_path / "linked" / "in.png"
    refused(output, "is also an input", force, [tmp_path / "absent.png", source], writes=False)


def no_hard_links(*_):
    raise PermissionError(1, "Operation not permitted")


@pytest.mark.parametrize("hard_links", [True, False])
def test_a_file_that_appears_meanwhile_is_left_alone(tmp_path, rgb, monkeypatch, hard_links):
    path = tmp_path / "out.png"
    if not hard_links:
        monkeypatch.setattr(os, "link", no_hard_links)
    really_sync = os.fsync

    def sync_and_interfere(descriptor):
        really_sync(descriptor)
        path.write_bytes(b"precious")

    check_output(path)
    monkeypatch.setattr(os, "fsync", sync_and_interfere)
    with pytest.raises(OutputError, match="exists already"):
        write_image(path, rgb)
    assert contents(tmp_path) == {"out.png": b"precious"}


def test_file_systems_without_hard_links(tmp_path, rgb, monkeypatch):
    monkeypatch.setattr(os, "link", no_hard_links)
    write_image(tmp_path / "out.png", rgb)
    assert np.array_equal(read_image(tmp_path / "out.png").rgb, rgb)
    assert list(contents(tmp_path)) == ["out.png"]


def test_failed_rename_without_hard_links_frees_the_name(tmp_path, rgb, monkeypatch):
    monkeypatch.setattr(os, "link", no_hard_links)
    monkeypatch.setattr(os, "replace", no_hard_links)
    with pytest.raises(OutputError, match="no permission"):
        write_image(tmp_path / "out.png", rgb)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (OSError(28, "No space left on device"), OutputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (MemoryError(), MemoryError),
    ],
)
@pytest.mark.parametrize("step", ["fsync", "save"])
def test_nothing_remains_after_a_failure(
    tmp_path, rgb, monkeypatch, failure, expected, step, force
):
    def fail(*args, **_):
        if step == "save":
            args[1].write(b"half a picture")
        raise failure

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Image.Image, "save")), fail)
    (tmp_path / "other.png").write_bytes(b"precious")
    name = "other.png" if force else "out.png"
    with pytest.raises(expected) as caught:
        write_image(tmp_path / name, rgb, force)
    if expected is OutputError:
        assert "No space left on device" in str(caught.value)
    assert contents(tmp_path) == {"other.png": b"precious"}


def test_a_size_that_the_format_cannot_hold(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        write_image(tmp_path / "out.webp", np.zeros((64, 17000, 3), np.uint8))
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((64, 64, 3), np.float32),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((3, 64, 64), np.uint8),
        np.zeros((1, 64, 64, 3), np.uint8),
    ],
)
def test_other_arrays_are_refused(tmp_path, wrong):
    with pytest.raises(UsageError, match="only uint8"):
        write_image(tmp_path / "out.png", wrong)
    assert contents(tmp_path) == {}


def test_temporary_file_lies_hidden_beside_the_target(tmp_path, rgb, monkeypatch):
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(os.listdir(tmp_path)))
    write_image(tmp_path / "out.png", rgb)
    before, after = seen  # the file is brought to the disk, and then its folder with the new name
    assert "out.png" in after
    seen = before
    assert len(seen) == 1
    assert seen[0].startswith(".")
