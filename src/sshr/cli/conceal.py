"""`sshr conceal`."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sshr.cli.choices import alpha_choice, metadata_choice
from sshr.cli.options import (
    Alpha,
    Device,
    DryRun,
    Force,
    Json,
    MetadataOption,
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
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The stego, a lossless file.")
    ] = None,
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    preset: Preset = "base",
    fit: Annotated[str, typer.Option(help="contain, cover or stretch.")] = "contain",
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
    metadata: MetadataOption = "colour",
    alpha: Alpha = "composite",
    dry_run: DryRun = False,
) -> None:
    """Conceal SECRET; reveal it again from the written file and say how good both are.

    Example: sshr conceal holiday.jpg --reference garden.png -o stego.png
    """
    from sshr.cli.passphrase import keys_for
    from sshr.cli.planning import print_plan
    from sshr.cli.progress import progress_bar
    from sshr.crypto.fingerprint import fingerprint
    from sshr.imaging.reading import read_image
    from sshr.imaging.secret import read_secret
    from sshr.imaging.writing import check_alpha, check_output, lost_in

    started = time.monotonic()
    mode, kept, transparent = _fit(fit), metadata_choice(metadata), alpha_choice(alpha)
    if output is not None:
        check_output(output, force, (secret, reference))
    elif not dry_run:
        raise UsageError("Missing option '--output': give the stego's name, or --dry-run")
    own, shared = read_secret(secret, transparent), read_image(reference)
    if output is not None:
        check_alpha(output, shared.alpha is not None)
    if dry_run or output is None:
        print_plan(own, shared, preset, mode, as_json)
        return
    keys = keys_for(passphrase_file, no_passphrase, confirm=True)
    from sshr.pipeline.conceal import conceal as run

    with progress_bar(as_json) as progress:
        stego = run(own, shared, keys, preset, fit=mode, device=device, progress=progress)
        report = stego.save(output, force, progress, kept)
    figures = {**report.as_dict(), "seconds": round(time.monotonic() - started, 2)}
    notes = (*stego.notes, *lost_in(output, shared.extras.chosen(kept), stego.image.ndim == 2))
    words = fingerprint(shared.rgb)
    facts = {"stego": str(output), "preset": preset, **figures, "notes": list(notes)}
    facts["fingerprint"] = words
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
    print_notes(console, notes)
    console.print(f"the reference's fingerprint: {words}", markup=False)
    console.print(f"{shown(output)} written in {figures['seconds']} s", markup=False)


def _fit(name: str) -> FitMode:
    from typing import cast, get_args

    if name not in get_args(FitMode):
        raise UsageError(f"--fit {shown(name)} is not one of {', '.join(get_args(FitMode))}")
    return cast(FitMode, name)
