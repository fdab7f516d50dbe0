"""Which files of a folder are photographs to train on, in the layouts of the usual data sets."""

from dataclasses import dataclass
from pathlib import Path

from sshr.errors import TrainingError
from sshr.files.names import shown
from sshr.files.pictures import list_pictures


@dataclass(frozen=True)
class Layout:
    """Where in a folder the training photographs lie.

    Attributes:
        name: DIV2K, COCO, ImageNet, UniStega or "folder tree".
        folder: below which every photograph counts.
    """

    name: str
    folder: Path

    def photographs(self) -> list[Path]:
        """Their paths in name order.

        Raises:
            TrainingError: there are none.
            UsageError: a folder cannot be listed.
        """
        found = [p for p in list_pictures(self.folder, recursive=True).pictures if p.is_file()]
        if not found:
            raise TrainingError(f"{shown(self.folder)}: holds no photographs to train on")
        return found


def describe_layout(folder: Path) -> Layout:
    """Recognise DIV2K (DIV2K_train_HR), COCO (train2017, else val2017), ImageNet (train/n01440764)
    and UniStega (train beside test, or a folder of that name inside); else any folder tree.

    Raises:
        TrainingError: not a folder.
    """
    if not folder.is_dir():
        raise TrainingError(f"{shown(folder)}: is not a folder of photographs")
    for name, inner in (
        ("DIV2K", "DIV2K_train_HR"),
        ("COCO", "train2017"),
        ("COCO", "images/train2017"),
        ("COCO", "val2017"),
        ("COCO", "images/val2017"),
    ):
        if (folder / inner).is_dir():
            return Layout(name, folder / inner)
    train = folder / "train"
    if train.is_dir():
        if any(_is_wnid(p) for p in train.iterdir()):
            return Layout("ImageNet", train)
        if any((folder / other).is_dir() for other in ("test", "val")):
            return Layout("UniStega", train)
    if (folder / "ILSVRC/Data/CLS-LOC/train").is_dir():
        return Layout("ImageNet", folder / "ILSVRC/Data/CLS-LOC/train")
    if (folder / "UniStega").is_dir():
        return Layout("UniStega", describe_layout(folder / "UniStega").folder)
    return Layout("folder tree", folder)


def _is_wnid(path: Path) -> bool:
    """A class folder of ImageNet: n and eight digits."""
    return len(path.name) == 9 and path.name[0] == "n" and path.name[1:].isdigit()
