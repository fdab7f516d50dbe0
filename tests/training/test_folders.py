"""The layouts of the usual data sets."""

from pathlib import Path

import pytest

from sshr.errors import TrainingError
from sshr.training.folders import describe_layout


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


@pytest.mark.parametrize(
    ("name", "files", "wanted"),
    [
        (
            "DIV2K",
            ["DIV2K_train_HR/0001.png", "DIV2K_valid_HR/0801.png"],
            ["DIV2K_train_HR/0001.png"],
        ),
        ("COCO", ["train2017/1.jpg", "val2017/2.jpg"], ["train2017/1.jpg"]),
        ("COCO", ["images/train2017/1.jpg", "annotations/a.png"], ["images/train2017/1.jpg"]),
        ("COCO", ["val2017/2.jpg", "test2017/1.jpg"], ["val2017/2.jpg"]),
        (
            "ImageNet",
            ["train/n01440764/a.JPEG", "train/n02119789/b.JPEG", "val/n01440764/c.JPEG"],
            ["train/n01440764/a.JPEG", "train/n02119789/b.JPEG"],
        ),
        (
            "ImageNet",
            ["ILSVRC/Data/CLS-LOC/train/n01440764/a.JPEG", "ILSVRC/x.png"],
            ["ILSVRC/Data/CLS-LOC/train/n01440764/a.JPEG"],
        ),
        ("UniStega", ["train/cat/a.png", "test/cat/b.png"], ["train/cat/a.png"]),
        ("UniStega", ["UniStega/train/a.png", "UniStega/test/b.png"], ["UniStega/train/a.png"]),
        (
            "folder tree",
            ["b.png", "deep/er/a.JPG", "c.txt", "train/z.webp"],
            ["b.png", "deep/er/a.JPG", "train/z.webp"],
        ),
    ],
)
def test_layouts(tmp_path: Path, name: str, files: list[str], wanted: list[str]) -> None:
    touch(tmp_path, *files)
    layout = describe_layout(tmp_path)
    assert layout.name == name
    assert layout.photographs() == [tmp_path / file for file in wanted]


def test_missing_and_empty_folders_are_errors(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is not a folder"):
        describe_layout(tmp_path / "missing")
    touch(tmp_path, "notes.txt")
    with pytest.raises(TrainingError, match="is not a folder"):
        describe_layout(tmp_path / "notes.txt")
    with pytest.raises(TrainingError, match="holds no photographs") as caught:
        describe_layout(tmp_path).photographs()
    assert caught.value.exit_code == 12
