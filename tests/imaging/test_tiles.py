import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sshr.errors import TooSmallError
from sshr.imaging.tiles import Tile, tile_grid, tiled_area

sides = st.integers(64, 2000)


@given(sides, sides)
@example(64, 64)
@example(65, 64)
@example(100, 300)
@example(257, 256)
@example(336, 335)
@example(1000, 750)
def test_tiles_cover_the_carrier_once_and_with_the_rim_the_picture(height, width):
    carrier_height, carrier_width = tiled_area(height, width)
    assert 0 <= height - carrier_height <= 15
    assert 0 <= width - carrier_width <= 15
    covered, whole = np.zeros((2, height, width), np.uint8)
    tiles = tile_grid(height, width)
    for tile in tiles:
        covered[tile.slices] += 1
        whole[tile.with_rim] += 1
        assert covered[tile.slices].shape == (tile.height, tile.width)
        assert whole[tile.with_rim].shape == (tile.height + tile.below, tile.width + tile.right)
    assert covered[:carrier_height, :carrier_width].min() == 1
    assert covered.max() == 1
    assert covered.sum() == carrier_height * carrier_width
    assert sum(tile.height * tile.width for tile in tiles) == carrier_height * carrier_width
    assert whole.min() == whole.max() == 1


@given(sides, sides)
def test_sides_and_order(height, width):
    tiles = tile_grid(height, width)
    assert [tile.index for tile in tiles] == list(range(len(tiles)))
    assert tiles == sorted(tiles, key=lambda tile: (tile.top, tile.left))
    for side in ("height", "width"):
        lengths = {getattr(tile, side) for tile in tiles}
        assert all(64 <= length <= 320 and length % 16 == 0 for length in lengths)
        assert max(lengths) - min(lengths) in (0, 16)


@given(sides, sides)
def test_the_rim_belongs_to_the_last_row_and_column(height, width):
    tiles = tile_grid(height, width)
    bottom, right = tiles[-1].top, tiles[-1].left
    for tile in tiles:
        assert tile.below == (height % 16 if tile.top == bottom else 0)
        assert tile.right == (width % 16 if tile.left == right else 0)


def test_layout_is_fixed_for_good():
    # Files in the world are cut like this: a change here breaks them.
    assert tile_grid(64, 64) == [Tile(0, 0, 0, 64, 64)]
    assert tile_grid(335, 320) == [Tile(0, 0, 0, 320, 320, below=15)]
    assert tile_grid(100, 345) == [
        Tile(0, 0, 0, 96, 176, below=4),
        Tile(1, 0, 176, 96, 160, below=4, right=9),
    ]
    assert [(tile.top, tile.height, tile.below) for tile in tile_grid(1000, 64)] == [
        (0, 256, 0),
        (256, 256, 0),
        (512, 240, 0),
        (752, 240, 8),
    ]


@pytest.mark.parametrize("size", [(63, 64), (64, 63), (1, 1), (0, 500), (-80, 80)])
def test_too_small(size):
    for function in (tiled_area, tile_grid):
        with pytest.raises(TooSmallError, match="at least 64 px"):
            function(*size)
