"""Which files are pictures, and what a folder holds of them."""

import unicodedata
from pathlib import Path

import pytest

from sshr.errors import UsageError
from sshr.files.pictures import list_pictures, picture_suffixes
from sshr.files.plugins import Plugin


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_suffixes_are_those_that_can_be_read() -> None:
    suffixes = picture_suffixes()
    assert {".png", ".jpeg", ".mpo", ".heic", ".hif", ".avif", ".jxl", ".jp2"} <= suffixes
    assert not suffixes & {"", ".eps", ".emf", ".pdf", ".mpg", ".h5", ".txt"}
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in suffixes)


def test_pictures_without_their_plugin_are_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Plugin, "ready", lambda plugin: False)
    touch(tmp_path, "a.HEIC", "b.jxl")
    assert len(list_pictures(tmp_path).pictures) == 2


def test_a_folder_and_what_was_not_entered(tmp_path: Path) -> None:
    touch(tmp_path, "b.png", "A.JPG", ".hidden.png", "notes.txt", "folder.png/readme")
    touch(tmp_path, "deep/er/c.png", "flat/d.png", ".cache/e.png", "texts/f.txt", "deep/.x/g.png")
    listing = list_pictures(str(tmp_path))
    assert listing.pictures == (tmp_path / "A.JPG", tmp_path / "b.png")
    assert listing.skipped == (tmp_path / "deep", tmp_path / "flat")
    whole = list_pictures(tmp_path, recursive=True)
    assert [str(path.relative_to(tmp_path)) for path in whole.pictures] == [
        *("A.JPG", "b.png", "deep/er/c.png", "flat/d.png"),
    ]
    assert whole.skipped == ()


def test_a_folder_of_another_purpose_is_no_part_of_it(tmp_path: Path) -> None:
    touch(tmp_path, "a.png", "out/a.png", "in/b.png", "in/out/b.png")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    outputs = (tmp_path / "link", tmp_path / "missing")
    assert list_pictures(tmp_path, leave_out=outputs).skipped == (tmp_path / "in",)
    whole = list_pictures(tmp_path, recursive=True, leave_out=outputs).pictures
    assert [path.name for path in whole] == ["a.png", "b.png", "b.png"]
    # A folder is listed when it is asked for, whatever else it is.
    assert len(list_pictures(tmp_path, leave_out=[tmp_path]).pictures) == 1


def test_links_to_folders_are_named_but_not_entered(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.png")
    (tmp_path / "in" / "circle").symlink_to(tmp_path)
    listing = list_pictures(tmp_path, recursive=True)
    assert listing.pictures == (tmp_path / "in" / "a.png",)
    assert listing.skipped == (tmp_path / "in" / "circle",)


def test_the_order_is_that_of_composed_names(tmp_path: Path) -> None:
    names = ["ne.png", unicodedata.normalize("NFD", "né.png"), "nz.png", "né2.png"]
    touch(tmp_path, *names)
    found = [unicodedata.normalize("NFC", p.name) for p in list_pictures(tmp_path).pictures]
    assert found == sorted(unicodedata.normalize("NFC", name) for name in names)


@pytest.mark.parametrize("name", ["absent", "file", "a\0b"])
def test_no_folder(tmp_path: Path, name: str) -> None:
    touch(tmp_path, "file")
    with pytest.raises(UsageError, match="not a folder that can be listed"):
        list_pictures(tmp_path / name)
