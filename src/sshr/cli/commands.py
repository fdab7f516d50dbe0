"""The commands and their options."""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sshr import __version__
from sshr.cli.train import train
from sshr.errors import UsageError
from sshr.imaging.fitting import FitMode
from sshr.imaging.names import shown

app = typer.Typer(
    add_completion=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="Conceal a picture in a new one that looks like a shared reference, and reveal it.",
)

Reference = Annotated[
    Path, typer.Option("--reference", "-r", help="The photograph that both sides hold.")
]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="File with the passphrase; else SSHR_PASSPHRASE, else asked.")
]
NoPassphrase = Annotated[
    bool, typer.Option("--no-passphrase", help="Rely on the reference alone (weak).")
]
Preset = Annotated[str, typer.Option(help="Preset name or path of a .safetensors checkpoint.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]


def _version(value: bool) -> None:
    if value:
        print(f"sshr {__version__}")
        raise typer.Exit


app.command()(train)


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Conceal a picture in a new one that looks like a shared reference, and reveal it."""


@app.command()
def conceal(
    secret: Annotated[Path, typer.Argument(help="The picture to conceal.")],
    reference: Reference,
    output: Annotated[Path, typer.Option("--output", "-o", help="The stego, a lossless file.")],
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    preset: Preset = "base",
    fit: Annotated[str, typer.Option(help="contain, cover or stretch.")] = "contain",
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Conceal SECRET; reveal it again from the written file and say how good both are.

    Example: sshr conceal holiday.jpg --reference garden.png -o stego.png
    """
    from sshr.cli.passphrase import keys_for
    from sshr.cli.progress import progress_bar
    from sshr.imaging.reading import read_image
    from sshr.imaging.writing import check_output

    started = time.monotonic()
    mode = _fit(fit)
    check_output(output, force, (secret, reference))
    own, shared = read_image(secret), read_image(reference)
    keys = keys_for(passphrase_file, no_passphrase, confirm=True)
    from sshr.pipeline.conceal import conceal as run

    with progress_bar(as_json) as progress:
        stego = run(own, shared, keys, preset, fit=mode, device=device, progress=progress)
        report = stego.save(output, force, progress)
    figures = {**report.as_dict(), "seconds": round(time.monotonic() - started, 2)}
    facts = {"stego": str(output), "preset": preset, **figures, "notes": list(stego.notes)}
    if as_json:
        _print_json(facts)
        return
    table = Table("measured on the file", "PSNR, dB", "SSIM")
    table.add_row("stego against reference", f"{report.stego_psnr:.2f}", f"{report.stego_ssim:.4f}")
    table.add_row(
        "revealed against secret", f"{report.revealed_psnr:.2f}", f"{report.revealed_ssim:.4f}"
    )
    console = Console()
    console.print(table)
    _print_notes(console, stego.notes)
    console.print(f"{shown(output)} written in {figures['seconds']} s", markup=False)


@app.command()
def reveal(
    stego: Annotated[Path, typer.Argument(help="The file that was received.")],
    reference: Reference,
    output: Annotated[Path, typer.Option("--output", "-o", help="The revealed picture.")],
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    preset: Preset = "base",
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a stego that was changed.")
    ] = False,
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Reveal the picture in STEGO.

    Example: sshr reveal stego.png --reference garden.png -o holiday.png
    """
    from sshr.cli.passphrase import keys_for
    from sshr.cli.progress import progress_bar
    from sshr.imaging.reading import read_image
    from sshr.imaging.writing import check_output

    started = time.monotonic()
    check_output(output, force, (stego, reference))
    seen, shared = read_image(stego), read_image(reference)
    keys = keys_for(passphrase_file, no_passphrase, confirm=False)
    from sshr.pipeline.reveal import reveal as run

    with progress_bar(as_json) as progress:
        revealed = run(
            seen, shared, keys, preset=preset, strict=strict, device=device, progress=progress
        )
        revealed.save(output, force)
    height, width = revealed.image.shape[:2]
    facts: dict[str, Any] = {"revealed": str(output), "width": width, "height": height}
    facts |= {"intact": revealed.intact, "seconds": round(time.monotonic() - started, 2)}
    if as_json:
        _print_json(facts)
        return
    if not revealed.intact:
        typer.echo("sshr: warning: the stego was changed after it was written", err=True)
    print(f"{shown(output)} ({width}x{height}) written in {facts['seconds']} s")


@app.command()
def inspect(
    stego: Annotated[Path, typer.Argument(help="The file that was received.")],
    reference: Reference,
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    as_json: Json = False,
) -> None:
    """Say what STEGO holds, or why it cannot be read.

    Example: sshr inspect stego.png --reference garden.png
    """
    from sshr.cli.passphrase import keys_for
    from sshr.imaging.reading import read_image

    seen, shared = read_image(stego), read_image(reference)
    keys = keys_for(passphrase_file, no_passphrase, confirm=False)
    from sshr.pipeline.inspect import inspect as run

    facts = run(seen, shared, keys).as_dict()
    if as_json:
        _print_json(facts)
        return
    table = Table("entry", "value")
    for name, value in facts.items():
        table.add_row(name.replace("_", " "), str(value))
    Console().print(table)


@app.command()
def models(as_json: Json = False) -> None:
    """List the presets and what was measured of them.

    Example: sshr models
    """
    from sshr.cli.models import print_models
    from sshr.zoo.summary import summaries

    rows = summaries()
    if as_json:
        _print_json({"models": rows})
        return
    print_models(rows)


def _fit(name: str) -> FitMode:
    from typing import cast, get_args

    if name not in get_args(FitMode):
        raise UsageError(f"--fit {shown(name)} is not one of {', '.join(get_args(FitMode))}")
    return cast(FitMode, name)


def _print_json(facts: dict[str, Any]) -> None:
    print(json.dumps(facts))


def _print_notes(console: Console, notes: tuple[str, ...]) -> None:
    for note in notes:
        console.print(f"note: {note}", markup=False)
