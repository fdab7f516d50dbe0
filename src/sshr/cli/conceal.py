"""`sshr conceal`."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sshr.cli.folders import FolderGroup, work_folders
from sshr.cli.keys import SenderGroup
from sshr.cli.options import Force, Json, PictureChoices, Reference
from sshr.cli.printing import option_facts, print_forecast, print_json, print_report
from sshr.cli.secrets import SecretGroup, one_stream
from sshr.cli.transport_options import chosen_options, given_options, transport_group
from sshr.errors import UsageError

if TYPE_CHECKING:
    from sshr.imaging.reading import Picture
    from sshr.transports.protocol import Transport
    from sshr.transports.secret import Secret

TransportName = Annotated[
    str | None,
    typer.Option(
        "--transport",
        help="analog (a picture, which fades with damage), sealed (anything, exact, over "
        "lossless copies) or robust (survives JPEG and half the size); by default the first that "
        "carries the secret.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", help="The stego: a lossless file; of robust, .jpg too."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what to expect and how much fits.")
]


def make_conceal() -> Any:
    """The command, with the options of the transports that there are."""
    own_group = transport_group()

    def conceal(
        reference: Reference,
        secret: SecretGroup,
        keys: SenderGroup,
        own: own_group,  # type: ignore[valid-type]
        pictures: PictureChoices,
        folders: FolderGroup,
        output: Output = None,
        transport: TransportName = None,
        dry_run: DryRun = False,
        force: Force = False,
        as_json: Json = False,
    ) -> None:
        """Conceal SECRET, and measure what the written file reveals.

        Example: sshr conceal holiday.jpg --reference garden.png -o stego.png

        Example: sshr conceal --file report.pdf -r garden.png -o stego.png

        For a friend, signed: ... --to friend.pub --from mine.key

        Whole folders, paired by name: sshr conceal DIR --reference DIR2 -o OUT --jobs 2
        """
        from sshr.transports.table import find_transport

        way = find_transport(transport, secret.kind)
        options = chosen_options(way, own, output)
        request = _Request(
            *(way, options, secret, reference, output, keys, pictures, force, as_json)
        )
        one_stream(*secret.streams, *keys.streams)
        secret.check(needed=not dry_run)
        whole = folders.wanted(secret.secret, reference)
        if dry_run:
            if whole:
                raise UsageError("--dry-run is for single pictures, not folders")
            request.forecast()
            return
        output = request.named_output()
        if not whole:
            request.conceal()
            return
        from sshr.batch.work import Job

        job = Job(
            command="conceal",
            folder=Path(output).absolute(),
            keys=keys.read(),
            transport=way.name,
            options=given_options(own),
            force=force,
            metadata=pictures.kept,
            alpha=pictures.transparent,
        )
        work_folders(job, secret.inputs[0], reference, folders, as_json)

    return conceal


@dataclass(frozen=True)
class _Request:
    """What is asked for, of a single secret."""

    transport: "Transport"
    options: Any
    secret: SecretGroup
    reference: Path
    output: str | None
    keys: SenderGroup
    pictures: PictureChoices
    force: bool
    as_json: bool

    def named_output(self) -> str:
        """The output.

        Raises:
            UsageError: there is none.
        """
        if self.output is None:
            raise UsageError("Missing option '--output': the stego's file, or choose --dry-run")
        return self.output

    def forecast(self) -> None:
        """Print what to expect."""
        from sshr.header.fingerprint import fingerprint
        from sshr.transports.cover import Cover

        own = self.secret.read(self.pictures.transparent) if self.secret.is_given else None
        self._check_output()
        shared = self._reference()
        readers, signed = self.keys.recipients, self.keys.signer is not None
        told = self.transport.expect(own, Cover.of(shared), readers, signed, self.options)
        print_forecast(told, self.options, fingerprint(shared.rgb), self.as_json)

    def conceal(self) -> None:
        """Conceal, write, read back and print."""
        from sshr.cli.progress import progress_bar
        from sshr.header.fingerprint import fingerprint
        from sshr.imaging.writing import lost_in
        from sshr.pipeline.conceal import conceal

        started, output = time.monotonic(), self.named_output()
        shared, own = self._read()
        keys = self.keys.read()
        with progress_bar(self.as_json) as progress:
            stego = conceal(
                own, shared, keys, self.transport.name, progress=progress, **vars(self.options)
            )
            report = stego.save(output, self.force, progress, self.pictures.kept)
        lost = lost_in(output, shared.extras.chosen(self.pictures.kept), stego.image.ndim == 2)
        facts = {"stego": output, **option_facts(self.options, report.as_dict())}
        facts |= {"seconds": round(time.monotonic() - started, 2)}
        facts |= {"notes": [*stego.notes, *lost], "fingerprint": fingerprint(shared.rgb)}
        if self.as_json:
            print_json(facts)
        else:
            print_report(facts)

    def _read(self) -> "tuple[Picture, Secret]":
        """Reference and secret, once the output's name has been looked at."""
        from sshr.threads import both

        self._check_output()
        if self.secret.secret is None:  # standard input may take its time, and be interrupted
            return self._reference(), self.secret.read(self.pictures.transparent)
        return both(self._reference, lambda: self.secret.read(self.pictures.transparent))

    def _reference(self) -> "Picture":
        from sshr.imaging.reading import read_image
        from sshr.imaging.writing import check_alpha

        shared = read_image(self.reference)
        if self.output is not None:
            check_alpha(self.output, shared.alpha is not None)
        return shared

    def _check_output(self) -> None:
        from sshr.imaging.writing import check_output, stego_formats
        from sshr.pipeline.conceal import check_suffix
        from sshr.transports.protocol import jpeg_quality

        if self.output is not None:
            check_suffix(self.transport, self.output)
            formats = stego_formats(jpeg_quality(self.options))
            check_output(self.output, self.force, [*self.secret.inputs, self.reference], formats)
