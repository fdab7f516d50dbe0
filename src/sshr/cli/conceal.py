"""`sshr conceal`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from sshr.cli.choices import alpha_choice, metadata_choice
from sshr.cli.folders import BackendName, Jobs, Pairs, Scheduler, wants_folders, work_folders
from sshr.cli.options import (
    Alpha,
    AskPassphrase,
    Device,
    Force,
    Json,
    KeyPassphraseFile,
    MetadataOption,
    NoPassphrase,
    PassphraseFile,
    Preset,
    Reference,
)
from sshr.cli.printing import print_json, print_notes
from sshr.cli.sealed import (
    DryRun,
    Ecc,
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
from sshr.files.names import shown
from sshr.imaging.fitting import FitMode

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
    ecc: Ecc = False,
    dry_run: DryRun = False,
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
    metadata: MetadataOption = "colour",
    alpha: Alpha = "composite",
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
    from sshr.cli.planning import print_plan
    from sshr.cli.progress import progress_bar
    from sshr.header.fingerprint import fingerprint
    from sshr.imaging.reading import read_image
    from sshr.imaging.secret import read_secret
    from sshr.imaging.writing import check_alpha, check_output, lost_in

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
    mode, kept, transparent = _fit(fit), metadata_choice(metadata), alpha_choice(alpha)
    request = Request(
        *(secret, reference, output, file, text, noise, quality, stego_psnr),
        *(dry_run, force, as_json, ecc, kept, transparent),
        recipients=max(len(to or ()), 1),
        signed=signer is not None,
    )
    if transport == "sealed":
        conceal_sealed(request, own_keys)
        return
    if transport != "analog":
        raise UsageError(f"--transport {shown(transport)} is not one of analog, sealed")
    secret = request.check_analog()
    backend = Backend(backend_name, jobs, scheduler)
    if wants_folders(secret, reference, pairs, backend):
        if dry_run:
            raise UsageError("--dry-run is for single pictures, not folders")
        folder = request.named_output().absolute()
        job = Job(
            *("conceal", folder, own_keys(), preset, mode, False, device, force),
            *(kept, transparent),
        )
        work_folders(job, secret.absolute(), reference.absolute(), pairs, backend, as_json)
        return
    if output is not None:
        check_output(output, force, (secret, reference))
    own, shared = read_secret(secret, transparent), read_image(reference)
    if output is not None:
        check_alpha(output, shared.alpha is not None)
    if dry_run or output is None:
        print_plan(own, shared, preset, mode, as_json, request.recipients, request.signed)
        return
    keys = own_keys()
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
