"""What `sshr conceal --dry-run` prints."""

from typing import Any

from rich.console import Console
from rich.table import Table

from sshr.cli.printing import print_json, print_notes
from sshr.imaging.fitting import FitMode
from sshr.imaging.reading import Picture


def print_plan(
    secret: Picture,
    reference: Picture,
    preset: str,
    fit: FitMode,
    as_json: bool,
    recipients: int = 1,
    signed: bool = False,
) -> None:
    """Say what a conceal of these pictures would do; see `sshr.transports.analog.forecast.plan`.

    Raises:
        SshrError: see `sshr.transports.analog.forecast.plan`.
    """
    from sshr.header.fingerprint import fingerprint
    from sshr.transports.analog.forecast import plan

    planned = plan(secret, reference, preset, fit=fit, recipients=recipients, signed=signed)
    words = fingerprint(reference.rgb)
    if as_json:
        print_json({"preset": preset, **planned.as_dict(), "fingerprint": words})
        return
    facts = planned.as_dict()
    share = f"{100 * planned.header_share:.1f} % of the samples"
    rows: dict[str, str] = {
        "stego": _size(planned.stego) + (", greyscale" if planned.greyscale else ""),
        "carrier": f"{_size(planned.carrier)} in {planned.tiles} tile(s)",
        "secret": _size(planned.secret),
        "concealed as": f"{_size(planned.concealed)}, {fit if planned.resized else 'not resized'}",
        "header": f"{planned.header_bytes} of at most {planned.header_capacity} bytes, {share}",
        "stego to reference": _range(facts["stego_psnr"]),
        "revealed to what was concealed": _range(facts["revealed_psnr"]),
        "time": f"about {planned.seconds} s",
        "memory": f"about {planned.mebibytes} MiB",
        "reference's fingerprint": words,
    }
    table = Table("expected", "")
    for name, value in rows.items():
        table.add_row(name, value)
    console = Console()
    console.print(table)
    print_notes(console, planned.notes)


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _range(figures: Any) -> str:
    if figures is None:
        return "not measured"
    return f"{figures[0]:.1f} to {figures[1]:.1f} dB, means of the measured sets"
