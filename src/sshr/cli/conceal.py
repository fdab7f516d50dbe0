"""`sshr conceal`."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sshr.cli.options import (
    AskPassphrase,
    Device,
    Force,
    Json,
    KeyPassphraseFile,
    NoPassphrase,
    PassphraseFile,
    Preset,
    Reference,
)
from sshr.cli.printing import print_json, print_notes
from sshr.errors import UsageError
from sshr.imaging.fitting import FitMode
from sshr.imaging.names import shown


def conceal(
    secret: Annotated[Path, typer.Argument(help="The picture to conceal.")],
    reference: Reference,
    output: Annotated[Path, typer.Option("--output", "-o", help="The stego, a lossless file.")],
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", metavar="FILE_OR_KEY", help="A recipient's public key; repeatable."),
    ] = None,
    ask_passphrase: AskPassphrase = False,
    signer: Annotated[
        Path | None, typer.Option("--from", help="Your private key (.key), to sign with.")
    ] = None,
    key_passphrase_file: KeyPassphraseFile = None,
    preset: Preset = "base",
    fit: Annotated[str, typer.Option(help="contain, cover or stretch.")] = "contain",
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Conceal SECRET; reveal it again from the written file and say how good both are.

    Example: sshr conceal holiday.jpg --reference garden.png -o stego.png

    For a friend, signed: ... --to friend.pub --from mine.key
    """
    from sshr.cli.keys import keys_for
    from sshr.cli.progress import progress_bar
    from sshr.imaging.reading import read_image
    from sshr.imaging.writing import check_output

    started = time.monotonic()
    mode = _fit(fit)
    check_output(output, force, (secret, reference))
    own, shared = read_image(secret), read_image(reference)
    keys = keys_for(
        passphrase_file,
        no_passphrase,
        confirm=True,
        ask=ask_passphrase,
        recipients=to or (),
        signer=signer,
        key_passphrase_file=key_passphrase_file,
    )
    from sshr.pipeline.conceal import conceal as run

    with progress_bar(as_json) as progress:
        stego = run(own, shared, keys, preset, fit=mode, device=device, progress=progress)
        report = stego.save(output, force, progress)
    figures = {**report.as_dict(), "seconds": round(time.monotonic() - started, 2)}
    facts = {"stego": str(output), "preset": preset, **figures, "notes": list(stego.notes)}
    if as_json:
        print_json(facts)
        return
    table = Table("measured on the file", "PSNR, dB", "SSIM")
    table.add_row("stego against reference", f"{report.stego_psnr:.2f}", f"{report.stego_ssim:.4f}")
    table.add_row(
        "revealed against secret", f"{report.revealed_psnr:.2f}", f"{report.revealed_ssim:.4f}"
    )
    console = Console()
    console.print(table)
    print_notes(console, stego.notes)
    console.print(f"{shown(output)} written in {figures['seconds']} s", markup=False)


def _fit(name: str) -> FitMode:
    from typing import cast, get_args

    if name not in get_args(FitMode):
        raise UsageError(f"--fit {shown(name)} is not one of {', '.join(get_args(FitMode))}")
    return cast(FitMode, name)
