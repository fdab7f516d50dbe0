"""The drawing helpers of examples/demo.py, on plain arrays."""

import importlib.util
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

PATH = Path(__file__).parents[1] / "examples" / "demo.py"
spec = importlib.util.spec_from_file_location("demo", PATH)
assert spec is not None
assert spec.loader is not None
demo = importlib.util.module_from_spec(spec)
sys.modules["demo"] = demo  # dataclasses look their module up
spec.loader.exec_module(demo)

FIGURES = {"stego_psnr": 41.25, "stego_ssim": 0.98, "revealed_psnr": 42.5, "revealed_ssim": 0.99}
RED, BLUE = (200, 0, 0), (0, 0, 200)


def flat(height: int, width: int, colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


def test_difference_is_tenfold_around_mid_grey_and_clipped() -> None:
    base = flat(2, 2, (100, 100, 100))
    image = flat(2, 2, (101, 95, 255))
    result = demo.amplified_difference(image, base)
    assert result.dtype == np.uint8
    assert result[0, 0].tolist() == [138, 78, 255]
    assert (demo.amplified_difference(base, base) == 128).all()


def test_contact_sheet_shows_each_panel_at_one_width_with_text_below() -> None:
    panels = [demo.Panel(flat(40, 60, RED), f"Title {i}", "41.25 dB") for i in range(4)]
    panels.append(demo.Panel(flat(90, 60, BLUE), "Upright", "41.25 dB"))
    sheet = np.asarray(demo.contact_sheet(panels))
    width, margin = demo.PANEL_WIDTH, demo.MARGIN
    assert sheet.shape[1] == margin + 3 * (width + margin)
    first = sheet[margin : margin + width * 40 // 60, margin : margin + width]
    assert (first == RED).all()
    assert (sheet == BLUE).all(axis=2).sum() == width * (width * 90 // 60)
    below = sheet[margin + first.shape[0] + 1 :][:60, margin : margin + width]
    assert (below < 128).all(axis=2).sum() > 100  # dark text on white


def test_panels_pair_each_result_with_its_original() -> None:
    names = ["secret", "reference", "stego", "revealed"]
    images = {name: flat(4, 6, (50 + i, 0, 0)) for i, name in enumerate(names)}
    panels = demo.panels(images, FIGURES)
    titles = [panel.title for panel in panels]
    assert titles[:3] == ["Secret", "Revealed", "Revealed - secret, x10"]
    assert titles[3:] == ["Reference", "Stego", "Stego - reference, x10"]
    assert panels[4].caption == "41.25 dB, SSIM 0.9800 to reference"
    assert panels[2].pixels[0, 0, 0] == 128 + 10 * 3


@pytest.mark.parametrize(("intact", "word"), [(True, "yes"), (False, "NO")])
def test_table_holds_figures_verdict_and_times(intact: bool, word: str) -> None:
    console = Console(file=io.StringIO(), width=120)
    times = {"conceal": 3.21, "reveal": 2.0}
    console.print(demo.table(FIGURES | {"stego_psnr": 41.5}, FIGURES, times, intact))
    text = console.file.getvalue()
    for part in ("41.50 dB", "41.25 dB", "0.9900", "3.2 s", word):
        assert part in text


def test_demo_photographs_are_rgb_of_one_size() -> None:
    secret, reference = demo.read(demo.SECRET), demo.read(demo.REFERENCE)
    assert secret.shape == reference.shape == (512, 768, 3)
