"""How a command prints its result."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sshr.files.names import shown

if TYPE_CHECKING:
    from rich.console import Console

    from sshr.transports.protocol import Forecast


def print_json(facts: dict[str, Any]) -> None:
    """One JSON object on stdout."""
    print(json.dumps(facts, allow_nan=False))


def print_notes(console: "Console", notes: list[str] | tuple[str, ...]) -> None:
    """One line per note, as it stands; a warning says so itself."""
    for note in notes:
        console.print(note if note.startswith("warning: ") else f"note: {note}", markup=False)


def option_facts(options: Any, others: dict[str, Any]) -> dict[str, Any]:
    """A transport's options and other facts; an option that is measured too is `asked_...`."""
    own = asdict(options)
    return {f"asked_{name}" if name in others else name: own[name] for name in own} | others


def print_report(facts: dict[str, Any]) -> None:
    """What was written and how good it is, from what `--json` would print."""
    from rich.console import Console
    from rich.table import Table

    table = Table("measured on the file", "PSNR, dB", "SSIM")
    table.add_row("stego against reference", *_figures(facts, "stego"))
    revealed = ("all of it", "") if facts["exact"] else _figures(facts, "revealed")
    table.add_row("revealed against secret", *revealed)
    console = Console()
    console.print(table)
    print_notes(console, facts["notes"])
    console.print(f"the reference's fingerprint: {facts['fingerprint']}", markup=False)
    if "carried_width" in facts:
        size = f"{facts['carried_width']}x{facts['carried_height']}"
        console.print(f"the secret is carried at {size}", markup=False)
    line = f"{shown(facts['stego'])} written in {facts['seconds']} s"
    if "payload_bytes" in facts:
        line += f"; it holds {facts['payload_bytes']} bytes"
    console.print(line, markup=False)


def print_forecast(told: "Forecast", options: Any, fingerprint: str, as_json: bool) -> None:
    """What `--dry-run` says."""
    if as_json:
        print_json(option_facts(options, told.as_dict() | {"fingerprint": fingerprint}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("expected", "")
    for name, value in _expected(told, options).items():
        table.add_row(name, value)
    table.add_row("reference's fingerprint", fingerprint)
    console = Console()
    console.print(table)
    if told.capacity:
        fits = Table("stego PSNR, dB", "bytes that fit")
        for db, size in told.capacity.items():
            fits.add_row(f"{db:g}", str(size))
        console.print(fits)
    print_notes(console, told.notes)


def _expected(told: "Forecast", options: Any) -> dict[str, str]:
    share = f"{100 * told.header_share:.1f} % of the samples"
    rows = {"transport": told.transport}
    rows["stego"] = _size(told.stego) + (", greyscale" if told.greyscale else "")
    if told.carrier is not None:
        rows["carrier"] = f"{_size(told.carrier)} in {told.tiles} tile(s)"
    if told.secret is not None and told.carried is not None:
        how = getattr(options, "fit", "resized") if told.resized else "not resized"
        rows["secret"] = _size(told.secret)
        rows["carried as"] = f"{_size(told.carried)}, {how}"
    if told.payload_bytes is not None:
        rows["secret takes"] = f"{told.payload_bytes} bytes"
    rows["header"] = f"{told.header_bytes} of at most {told.header_capacity} bytes, {share}"
    measured = told.carrier is not None  # means of sets, where it is not worked out
    rows["stego to reference"] = _range(told.stego_psnr, measured)
    if told.secret is not None or told.payload_bytes is not None or measured:
        exact = "all of it" if told.exact else _range(told.revealed_psnr, measured)
        rows["revealed to what was concealed"] = exact
    if told.seconds is not None:
        rows["time"] = f"about {told.seconds} s"
    if told.mebibytes is not None:
        rows["memory"] = f"about {told.mebibytes} MiB"
    return rows


def _figures(facts: dict[str, Any], what: str) -> tuple[str, str]:
    return f"{facts[f'{what}_psnr']:.2f}", f"{facts[f'{what}_ssim']:.4f}"


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _range(figures: tuple[float, float] | None, measured: bool) -> str:
    if figures is None:
        return "not measured" if measured else "as the secret asks for"
    low, high = (f"{figure:.1f}" for figure in figures)
    told = f"about {low} dB" if low == high else f"{low} to {high} dB"
    return f"{told}, means of the measured sets" if measured else told
