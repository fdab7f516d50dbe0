"""Conceal a photograph in another, reveal it in a second process, and show the result in demo/.

Run it with `make demo`, or `python examples/demo.py` where sshr is installed. All figures are
8-bit RGB, in dB for PSNR; those of the last column are measured here, from the files on disk.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
SECRET = HERE / "photos" / "parrots.png"
REFERENCE = HERE / "photos" / "lighthouse.png"
OUT = HERE.parent / "demo"
PASSPHRASE = "a passphrase for the demo only"

PANEL_WIDTH, MARGIN, COLUMNS = 420, 18, 3
TITLE_SIZE, CAPTION_SIZE = 20, 15
PAPER, INK, GREY = (255, 255, 255), (20, 20, 20), (90, 90, 90)

Pixels = NDArray[np.uint8]  # HWC, RGB, 0..255


@dataclass(frozen=True)
class Panel:
    """One picture of the contact sheet with the two lines under it."""

    pixels: Pixels
    title: str
    caption: str
    resampling: Image.Resampling = Image.Resampling.LANCZOS


def amplified_difference(image: Pixels, base: Pixels, factor: int = 10) -> Pixels:
    """(image - base) * factor around mid grey 128, clipped to 0..255."""
    difference = image.astype(np.int32) - base.astype(np.int32)
    return np.clip(128 + factor * difference, 0, 255).astype(np.uint8)


def contact_sheet(panels: list[Panel]) -> Image.Image:
    """The panels in rows of three, each scaled to one width, its title and caption below it."""
    title_font = ImageFont.load_default(size=TITLE_SIZE)
    caption_font = ImageFont.load_default(size=CAPTION_SIZE)
    text_height = TITLE_SIZE + CAPTION_SIZE + 18
    pictures = [scaled(panel) for panel in panels]
    rows = [range(i, min(i + COLUMNS, len(panels))) for i in range(0, len(panels), COLUMNS)]
    heights = [max(pictures[i].height for i in row) + text_height for row in rows]
    width = MARGIN + min(COLUMNS, len(panels)) * (PANEL_WIDTH + MARGIN)
    sheet = Image.new("RGB", (width, MARGIN + sum(heights) + MARGIN * (len(rows) - 1)), PAPER)
    draw = ImageDraw.Draw(sheet)
    top = MARGIN
    for row, height in zip(rows, heights, strict=True):
        for column, i in enumerate(row):
            left = MARGIN + column * (PANEL_WIDTH + MARGIN)
            below = top + height - text_height + 5
            sheet.paste(pictures[i], (left, top))
            draw.text((left, below), panels[i].title, fill=INK, font=title_font)
            caption_at = (left, below + TITLE_SIZE + 4)
            draw.text(caption_at, panels[i].caption, fill=GREY, font=caption_font)
        top += height + MARGIN
    return sheet


def scaled(panel: Panel) -> Image.Image:
    """The picture at the width of a panel, its aspect kept."""
    picture = Image.fromarray(panel.pixels)
    height = round(picture.height * PANEL_WIDTH / picture.width)
    return picture.resize((PANEL_WIDTH, height), panel.resampling)


def sshr(*words: str | Path) -> tuple[dict[str, Any], float]:
    """Run one sshr command in a process of its own: its JSON answer, and seconds of wall time."""
    command = [sys.executable, "-m", "sshr", *map(str, words), "--force", "--json"]
    env = os.environ | {"SSHR_PASSPHRASE": PASSPHRASE}
    started = time.perf_counter()
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"sshr {words[0]} failed with exit code {done.returncode}")
    return json.loads(done.stdout), seconds


def read(path: Path) -> Pixels:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def measured(images: dict[str, Pixels]) -> dict[str, float]:
    """Stego against reference and revealed against secret, under the keys that conceal uses."""
    from sshr.metrics import psnr, ssim

    pairs = {"stego": "reference", "revealed": "secret"}
    figures = {}
    for name, base in pairs.items():
        figures[f"{name}_psnr"] = float(psnr(images[name], images[base]))
        figures[f"{name}_ssim"] = float(ssim(images[name], images[base]))
    return figures


def panels(images: dict[str, Pixels], figures: dict[str, float]) -> list[Panel]:
    """The receiver's row (secret, revealed) above the row of what travels (reference, stego)."""

    def caption(name: str, base: str) -> str:
        return f"{figures[f'{name}_psnr']:.2f} dB, SSIM {figures[f'{name}_ssim']:.4f} to {base}"

    rows = []
    for base, name, note in [
        ("secret", "revealed", "what the sender conceals"),
        ("reference", "stego", "the photograph both sides have"),
    ]:
        difference = amplified_difference(images[name], images[base])
        title = f"{name.capitalize()} - {base}, x10"
        rows += [
            Panel(images[base], base.capitalize(), note),
            Panel(images[name], name.capitalize(), caption(name, base)),
            # Nearest, since averaging neighbours would show less noise than there is.
            Panel(difference, title, "grey: no difference", Image.Resampling.NEAREST),
        ]
    return rows


def table(
    said: dict[str, Any], figures: dict[str, float], times: dict[str, float], intact: bool
) -> Table:
    """What conceal said next to what the files give, then the receiver's check and the times."""
    result = Table("Figure", "Said by conceal", "From the files")
    for key, label, form in [
        ("stego_psnr", "Stego to reference, PSNR", ".2f"),
        ("stego_ssim", "Stego to reference, SSIM", ".4f"),
        ("revealed_psnr", "Revealed to secret, PSNR", ".2f"),
        ("revealed_ssim", "Revealed to secret, SSIM", ".4f"),
    ]:
        unit = " dB" if key.endswith("psnr") else ""
        result.add_row(label, f"{said[key]:{form}}{unit}", f"{figures[key]:{form}}{unit}")
    result.add_section()
    result.add_row("Stego intact, says reveal", "", "yes" if intact else "NO")
    for name, seconds in times.items():
        result.add_row(f"Process of {name}", "", f"{seconds:.1f} s")
    return result


def main() -> None:
    """The demo: four images, a difference image and a contact sheet in demo/, a table printed."""
    OUT.mkdir(exist_ok=True)
    paths = {name: OUT / f"{name}.png" for name in ("secret", "reference", "stego", "revealed")}
    shutil.copyfile(SECRET, paths["secret"])
    shutil.copyfile(REFERENCE, paths["reference"])

    shared = ("--reference", paths["reference"], "-o")
    said, conceal_time = sshr("conceal", paths["secret"], *shared, paths["stego"])
    found, reveal_time = sshr("reveal", paths["stego"], *shared, paths["revealed"])

    images = {name: read(path) for name, path in paths.items()}
    figures = measured(images)
    difference = amplified_difference(images["stego"], images["reference"])
    Image.fromarray(difference).save(OUT / "difference-x10.png")
    contact_sheet(panels(images, figures)).save(OUT / "contact-sheet.png")

    console = Console()
    times = {"conceal": conceal_time, "reveal": reveal_time}
    console.print(table(said, figures, times, found["intact"]))
    console.print(f"Pictures are in {OUT.name}/; see contact-sheet.png first.", highlight=False)


if __name__ == "__main__":
    main()
