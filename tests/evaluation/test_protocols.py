import json

import numpy as np
import pytest
from PIL import Image

from sshr.errors import UsageError
from sshr.evaluation.methods.method import Prompts
from sshr.evaluation.protocols import PROTOCOLS, centre_crop, find_pairs, fixed_pairs, read_pair


def test_each_secret_goes_with_the_next_reference(tmp_path):
    for name in ("b.png", "c.JPG", "a.webp", "d.bmp"):
        (tmp_path / name).touch()
    for name in (".hidden.png", "notes.txt", "a.png.part", "README"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    names = [(secret.name, reference.name) for secret, reference in fixed_pairs(tmp_path)]
    assert names == [
        ("a.webp", "b.png"),
        ("b.png", "c.JPG"),
        ("c.JPG", "d.bmp"),
        ("d.bmp", "a.webp"),
    ]
    assert fixed_pairs(str(tmp_path)) == fixed_pairs(tmp_path)


def test_two_images_swap_roles(tmp_path):
    one, two = tmp_path / "1.png", tmp_path / "2.png"
    one.touch()
    two.touch()
    assert fixed_pairs(tmp_path) == [(one, two), (two, one)]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_images(tmp_path, count):
    for i in range(count):
        (tmp_path / f"{i}.png").touch()
    with pytest.raises(UsageError, match=f"holds {count} image"):
        fixed_pairs(tmp_path)


def test_not_a_folder(tmp_path):
    (tmp_path / "file").touch()
    for name in ("absent", "file", "a\0b"):
        with pytest.raises(UsageError, match="not a folder"):
            fixed_pairs(tmp_path / name)


@pytest.mark.parametrize(("shape", "top", "left"), [((9, 12, 3), 2, 4), ((4, 4, 3), 0, 0)])
def test_centre_crop(shape, top, left):
    rgb = np.arange(np.prod(shape), dtype=np.int64).reshape(shape).astype(np.uint8)
    crop = centre_crop(rgb, 4)
    assert np.array_equal(crop, rgb[top : top + 4, left : left + 4])
    assert crop.flags.c_contiguous


@pytest.mark.parametrize("size", [0, -1, 5])
def test_centre_crop_must_fit(size):
    with pytest.raises(UsageError, match="Cannot crop"):
        centre_crop(np.zeros((4, 9, 3), np.uint8), size)


def test_protocols_make_their_pairs(tmp_path, photo):
    small = photo("parrots", 64, 64)
    for place in ("a/1.png", "a/2.png", "b/3.png"):
        path = tmp_path / "val" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(small).save(path)
    pairs = find_pairs(PROTOCOLS["imagenet"], tmp_path)
    assert [p.name for p in pairs] == [
        "a/1.png | a/2.png",
        "a/2.png | b/3.png",
        "b/3.png | a/1.png",
    ]
    secret, reference = read_pair(PROTOCOLS["imagenet"], pairs[0])
    assert secret.shape == reference.shape == (256, 256, 3)
    listed = tmp_path / "pairs.csv"
    listed.write_text("secret,reference\nval/a/1.png,val/b/3.png\n")
    assert [p.name for p in find_pairs(PROTOCOLS["kodak"], tmp_path, listed)] == [
        "val/a/1.png | val/b/3.png"
    ]
    (tmp_path / "u.json").write_text(
        json.dumps([{"image_path": "val/b/3.png", "source_caption": "a", "target_caption": "b"}])
    )
    found = find_pairs(PROTOCOLS["unistega"], tmp_path, tmp_path / "u.json")
    assert [pair.prompts for pair in found] == [Prompts("a", "b")]
    with pytest.raises(UsageError, match="not a folder"):
        find_pairs(PROTOCOLS["coco"], tmp_path / "absent")
    with pytest.raises(UsageError, match="at least two"):
        find_pairs(PROTOCOLS["unistega"], tmp_path / "val" / "b")
