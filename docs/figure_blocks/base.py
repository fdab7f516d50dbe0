"""What every block needs: the committed JSON, the table of blocks, Markdown."""

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path("docs/results")
WEIGHTS = Path("src/sshr/zoo/weights")
PRESETS = ("base", "paper")
QUOTED = Path("src/sshr/evaluation/data/paper.json")

Json = Any


class MissingError(Exception):
    """A file of figures that a block needs is not there, or lacks what it should hold."""


@dataclass(frozen=True)
class Figures:
    """The committed JSON below a project's root."""

    root: Path

    def result(self, name: str) -> Json:
        """`docs/results/NAME.json`."""
        return self._read(RESULTS / f"{name}.json")

    def report(self, data: str) -> Json:
        """What `sshr evaluate` reports of the presets on a data set: `scores-DATA.json`.

        Raises:
            MissingError: it was measured on other weights than those that are packaged.
        """
        told = self.result(f"scores-{data}")
        for one in told["methods"]:
            self.measured(f"scores-{data}", one["name"], one["identity"])
        return told

    def checkpoint(self, preset: str) -> str:
        """Of a packaged preset, as `sshr models` shows it: from its file's header."""
        path = WEIGHTS / f"{preset}.safetensors"
        try:
            with (self.root / path).open("rb") as file:
                (length,) = struct.unpack("<Q", file.read(8))
                return str(json.loads(file.read(length))["__metadata__"]["digest"][:16])
        except FileNotFoundError:
            raise MissingError(f"{path.as_posix()} is missing") from None

    def measured(self, name: str, preset: str, checkpoint: str) -> None:
        """Refuse figures of other weights than those that are packaged.

        Raises:
            MissingError: `docs/results/NAME.json` was measured on another checkpoint.
        """
        if preset in PRESETS and checkpoint != self.checkpoint(preset):
            path = (RESULTS / f"{name}.json").as_posix()
            raise MissingError(f"{path} was measured on another checkpoint of {preset}")

    def quoted(self, name: str, row: int = -1) -> list[float]:
        """The cells of a row of one of the paper's tables, the last row being its own method."""
        found: list[float] = self._read(QUOTED)[name]["rows"][row]["cells"]
        return found

    def _read(self, path: Path) -> Json:
        try:
            return json.loads((self.root / path).read_text("utf-8"))
        except FileNotFoundError:
            raise MissingError(f"{path.as_posix()} is missing") from None


Block = Callable[[Figures], str]
BLOCKS: dict[str, Block] = {}


def block(name: str) -> Callable[[Block], Block]:
    """Registers a function as the block of that name."""

    def keep(made: Block) -> Block:
        BLOCKS[name] = made
        return made

    return keep


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> str:
    """A Markdown table; the first `words` columns are text, the others numbers."""
    marks = ["---" if i < words else "---:" for i in range(len(heads))]
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, marks, *rows))


def both(found: Json, role: str) -> str:
    """PSNR / SSIM of `stego` or `revealed`."""
    return f"{found[f'{role}_psnr']:.2f} / {found[f'{role}_ssim']:.4f}"
