import gc
import tracemalloc

import numpy as np
import pytest

from sshr.errors import OutputError
from sshr.evaluation.detectors.shelf import Listed, part_of, shelved


def picture(number, size=(8, 12)):
    return np.random.default_rng(number).integers(0, 256, (*size, 3), np.uint8)


def test_pictures_of_any_shape_come_back_in_any_order():
    sizes = [(8, 12), (5, 5), (16, 1)]
    kept = shelved(picture(i, size) for i, size in enumerate(sizes))
    assert len(kept) == 3
    for i in (2, 0, 1, -1):
        assert np.array_equal(kept[i], picture(i % 3, sizes[i]))
    for i, one in enumerate(kept[1:]):
        assert np.array_equal(one, picture(i + 1, sizes[i + 1]))
    with pytest.raises(IndexError):
        kept[3]


def test_a_part_outlives_what_it_was_taken_from():
    part = part_of(shelved(picture(i) for i in range(4)), np.array([3, 1]))
    gc.collect()
    assert [np.array_equal(one, picture(i)) for one, i in zip(part, (3, 1), strict=True)] == [
        True,
        True,
    ]


def test_memory_holds_one_picture_at_a_time():
    size = 200 * 200 * 3
    tracemalloc.start()
    try:
        kept = shelved(picture(i, (200, 200)) for i in range(40))
        seen = sum(int(one[0, 0, 0]) for one in kept)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen == sum(int(picture(i, (200, 200))[0, 0, 0]) for i in range(40))
    assert peak < 8 * size


def test_entries_are_made_when_they_are_asked_for():
    asked = []
    listed = Listed(lambda i: asked.append(i) or i, range(5))
    assert (list(listed[3:]), asked) == ([3, 4], [3, 4])


def test_a_full_disk_is_told(monkeypatch):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def tell(self):
            return 0

        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("sshr.evaluation.detectors.shelf.tempfile.TemporaryFile", Full)
    with pytest.raises(OutputError, match="a temporary file cannot be written"):
        shelved([picture(0)])
