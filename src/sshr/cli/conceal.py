"""`sshr conceal`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sshr.cli.folders import BackendName, Jobs, Pairs, Scheduler, wants_folders, work_folders
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
from sshr.cli.sealed import (
    DryRun,
    File,
    NoiseKind,
    Quality,
    Request,
    StegoPsnr,
    Text,
    Transport,
    conceal_sealed,
)
from sshr.errors import UsageError
from sshr.imaging.fitting import FitMode
from sshr.imaging.names import shown

if TYPE_CHECKING:
    from sshr.crypto.keys import Keys


def conceal(
    reference: Reference,
    secret: Annotated[Path | None, typer.Argument(help="The picture to conceal.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The stego, a lossless file.")
    ] = None,
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
    transport: Transport = "analog",
    file: File = None,
    text: Text = None,
    noise: NoiseKind = None,
    quality: Quality = None,
    stego_psnr: StegoPsnr = None,
    dry_run: DryRun = False,
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
    pairs: Pairs = None,
    jobs: Jobs = 1,
    backend_name: BackendName = "local",
    scheduler: Scheduler = None,
) -> None:
    """Conceal SECRET; reveal it again from the written file and say how good both are.

    Example: sshr conceal holiday.jpg --reference garden.png -o stego.png

    Example: sshr conceal --file report.pdf --transport sealed -r garden.png -o stego.png

    For a friend, signed: ... --to friend.pub --from mine.key

    Whole folders, paired by name: sshr conceal DIR --reference DIR2 -o OUT --jobs 2
    """
    from sshr.batch.runner import Backend
    from sshr.batch.work import Job
    from sshr.cli.keys import keys_for
    from sshr.cli.progress import progress_bar
    from sshr.imaging.reading import read_image
    from sshr.imaging.writing import check_output

    def own_keys() -> "Keys":
        return keys_for(
            passphrase_file,
            no_passphrase,
            confirm=True,
            ask=ask_passphrase,
            recipients=to or (),
            signer=signer,
            key_passphrase_file=key_passphrase_file,
        )

    started = time.monotonic()
    request = Request(
        secret, reference, output, file, text, noise, quality, stego_psnr, dry_run, force, as_json
    )
    if transport == "sealed":
        conceal_sealed(request, own_keys)
        return
    if transport != "analog":
        raise UsageError(f"--transport {shown(transport)} is not one of analog, sealed")
    secret, output = request.check_analog()
    mode = _fit(fit)
    backend = Backend(backend_name, jobs, scheduler)
    if wants_folders(secret, reference, pairs, backend):
        job = Job("conceal", output.absolute(), own_keys(), preset, mode, False, device, force)
        work_folders(job, secret.absolute(), reference.absolute(), pairs, backend, as_json)
        return
    check_output(output, force, (secret, reference))
    own, shared = read_image(secret), read_image(reference)
    keys = own_keys()
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
