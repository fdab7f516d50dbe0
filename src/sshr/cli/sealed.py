"""The sealed transport's part of `sshr conceal` and `sshr reveal`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sshr.cli.printing import print_json, print_notes
from sshr.errors import ImageError, UsageError
from sshr.files.names import reason, shown

if TYPE_CHECKING:
    from sshr.crypto.keys import Keys
    from sshr.imaging.metadata import MetadataChoice
    from sshr.imaging.reading import Picture
    from sshr.imaging.secret import AlphaChoice
    from sshr.pipeline.receiving import Received
    from sshr.pipeline.seal import Blob

Ecc = Annotated[bool, typer.Option("--ecc", help="Sealed: survives a few changed samples.")]
Transport = Annotated[str, typer.Option(help="analog, or sealed: exact, over lossless copies.")]
File = Annotated[Path | None, typer.Option(help="Seal any file, not a picture.")]
Text = Annotated[str | None, typer.Option(help="Seal a text; whoever sees the command sees it.")]
NoiseKind = Annotated[str | None, typer.Option(help="Sealed: uniform, texture or adaptive.")]
Quality = Annotated[str | None, typer.Option(help="Sealed picture: auto, lossless or a PSNR.")]
StegoPsnr = Annotated[float | None, typer.Option(help="Sealed: the stego's PSNR in dB.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what to expect, or sealed: how much fits.")
]


@dataclass(frozen=True)
class Request:
    """What `sshr conceal` was asked for; options that were not given are None."""

    secret: Path | None
    reference: Path
    output: Path | None
    file: Path | None
    text: str | None
    noise: str | None
    quality: str | None
    stego_psnr: float | None
    dry_run: bool
    force: bool
    as_json: bool
    ecc: bool = False
    metadata: "MetadataChoice" = "colour"
    alpha: "AlphaChoice" = "composite"
    recipients: int = 1
    signed: bool = False

    def check_analog(self) -> Path:
        """The secret of an analog request.

        Raises:
            UsageError: an option of the sealed transport, no secret, or no output.
        """
        given = {
            "--file": self.file,
            "--text": self.text,
            "--noise": self.noise,
            "--quality": self.quality,
            "--stego-psnr": self.stego_psnr,
            "--ecc": self.ecc or None,
        }
        for name, value in given.items():
            if value is not None:
                raise UsageError(f"{name} belongs to the sealed transport: add --transport sealed")
        if self.secret is None:
            raise UsageError("Missing argument 'SECRET': the picture to conceal")
        if not self.dry_run:
            self.named_output()
        return self.secret

    def named_output(self) -> Path:
        """The output.

        Raises:
            UsageError: there is none.
        """
        if self.output is None:
            raise UsageError("Missing option '--output': the stego's file, or choose --dry-run")
        return self.output

    def check_sealed(self) -> Path:
        """The output of a sealed request.

        Raises:
            UsageError: not exactly one secret, options that contradict each other, no output.
        """
        if sum(each is not None for each in (self.secret, self.file, self.text)) != 1:
            raise UsageError("name one secret: a picture, --file or --text")
        if self.quality is not None and self.secret is None:
            raise UsageError("--quality is for pictures; files and texts come back as they are")
        return self.named_output()


def conceal_sealed(request: Request, keys: "Callable[[], Keys]") -> None:
    """Seal, write, read back and print; or print the capacities."""
    from sshr.imaging.reading import read_image
    from sshr.imaging.writing import check_alpha, check_output, lost_in
    from sshr.pipeline.seal import check_request, noise_named, seal

    started = time.monotonic()
    quality = _quality(request.quality)
    noise = request.noise or "texture"
    noise_named(noise)
    check_request(quality, request.stego_psnr)
    if request.dry_run:
        _print_capacities(request, noise)
        return
    output = request.check_sealed()
    inputs = [each for each in (request.secret, request.file, request.reference) if each]
    check_output(output, request.force, inputs)
    secret, shared = _secret(request), read_image(request.reference)
    check_alpha(output, shared.alpha is not None)
    stego = seal(
        *(secret, shared, keys()),
        noise=noise,
        quality=quality,
        stego_psnr=request.stego_psnr,
        ecc=request.ecc,
    )
    report = stego.save(output, request.force, request.metadata)
    kept = shared.extras.chosen(request.metadata)
    notes = (*stego.notes, *lost_in(output, kept, stego.image.ndim == 2))
    seconds = round(time.monotonic() - started, 2)
    if request.as_json:
        facts = {"stego": str(output), "transport": "sealed", "noise": noise}
        print_json({**facts, **report.as_dict(), "seconds": seconds, "notes": list(notes)})
        return
    table = Table("measured on the file", "PSNR, dB", "SSIM")
    table.add_row("stego against reference", f"{report.stego_psnr:.2f}", f"{report.stego_ssim:.4f}")
    revealed = "exact" if report.exact else f"{report.revealed_psnr:.2f}"
    table.add_row("revealed against secret", revealed, "")
    console = Console()
    console.print(table)
    print_notes(console, notes)
    line = f"{shown(output)} written in {seconds} s; {report.payload_bytes} bytes are sealed in it"
    console.print(line, markup=False)


def write_unsealed(
    received: "Received",
    output: Path,
    force: bool,
    as_json: bool,
    started: float,
    sender: str | None,
    strict: bool,
) -> None:
    """Write what was sealed and print what it is.

    Args:
        started: by the monotonic clock.
        sender: what --sender gave.
        strict: a stego that had to be repaired is refused.

    Raises:
        DamagedError: the stego was changed.
    """
    from sshr.cli.keys import sender_facts, signature_words
    from sshr.pipeline.receiving import refused_by_strict
    from sshr.pipeline.unseal import unseal_received

    revealed = unseal_received(received)
    if strict and not revealed.intact:
        raise refused_by_strict()
    revealed.save(output, force)
    facts: dict[str, Any] = {"revealed": str(output), "transport": "sealed"}
    facts["intact"] = revealed.intact
    facts |= {"kind": revealed.kind.name.lower(), "name": revealed.name}
    if revealed.image is not None:
        height, width = revealed.image.shape[:2]
        facts |= {"width": width, "height": height}
    else:
        facts |= {"bytes": len(revealed.data)}
    facts["seconds"] = round(time.monotonic() - started, 2)
    facts |= sender_facts(received.opened.sender, sender)
    if as_json:
        print_json(facts)
        return
    if not revealed.intact:
        typer.echo("sshr: warning: the stego was changed after it was written; repaired", err=True)
    called = f", called '{shown(revealed.name)}'" if revealed.name else ""
    print(f"{shown(output)} ({facts['kind']}{called}) written in {facts['seconds']} s")
    print(signature_words(received.opened.sender, sender, revealed.intact))


def _secret(request: Request) -> "Picture | Blob":
    from sshr.imaging.limits import MAX_FILE_BYTES
    from sshr.imaging.secret import read_secret
    from sshr.pipeline.seal import Blob
    from sshr.transports.sealed.record import Kind

    if request.secret is not None:
        return read_secret(request.secret, request.alpha)
    if request.file is None:
        assert request.text is not None
        return Blob(request.text.encode("utf-8", "replace"), "", Kind.TEXT)
    name = shown(request.file)
    try:
        if not request.file.is_file():
            raise ImageError(f"{name}: is not a file that can be read.")
        if request.file.stat().st_size > MAX_FILE_BYTES:
            raise ImageError(f"{name}: is too large to be sealed.")
        return Blob(request.file.read_bytes(), request.file.name)
    except (OSError, ValueError) as error:
        raise ImageError(f"{name}: cannot be read ({reason(error)}).") from error


def _quality(given: str | None) -> float | str:
    if given is None:
        return "auto"
    try:
        return float(given)
    except ValueError:
        return given


def _print_capacities(request: Request, noise: str) -> None:
    from sshr.pipeline.seal import capacities

    found = capacities(
        *(request.reference, noise),
        recipients=request.recipients,
        signed=request.signed,
        ecc=request.ecc,
    )
    if request.as_json:
        print_json({"noise": noise, "capacity": {f"{db:g}": room for db, room in found.items()}})
        return
    table = Table("stego PSNR, dB", "bytes that fit")
    for db, room in found.items():
        table.add_row(f"{db:g}", str(room))
    Console().print(table)
