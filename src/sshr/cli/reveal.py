"""`sshr reveal`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sshr.cli.folders import BackendName, Jobs, Pairs, Scheduler, wants_folders, work_folders
from sshr.cli.options import (
    AskPassphrase,
    Device,
    Force,
    Identity,
    Json,
    KeyPassphraseFile,
    NoPassphrase,
    PassphraseFile,
    Preset,
    Reference,
    Sender,
)
from sshr.cli.printing import print_json
from sshr.cli.sealed import write_unsealed
from sshr.files.names import shown

if TYPE_CHECKING:
    from sshr.crypto.keys import Keys


def reveal(
    stego: Annotated[Path, typer.Argument(help="The file that was received.")],
    reference: Reference,
    output: Annotated[Path, typer.Option("--output", "-o", help="The revealed picture or file.")],
    passphrase_file: PassphraseFile = None,
    no_passphrase: NoPassphrase = False,
    identity: Identity = None,
    ask_passphrase: AskPassphrase = False,
    key_passphrase_file: KeyPassphraseFile = None,
    sender: Sender = None,
    preset: Preset = "base",
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a stego that was changed.")
    ] = False,
    device: Device = "auto",
    force: Force = False,
    as_json: Json = False,
    pairs: Pairs = None,
    jobs: Jobs = 1,
    backend_name: BackendName = "local",
    scheduler: Scheduler = None,
) -> None:
    """Reveal the picture in STEGO.

    Example: sshr reveal stego.png --reference garden.png -o holiday.png

    With your key, from a friend: ... --identity mine.key --sender friend.pub

    Whole folders, paired by name: sshr reveal DIR --reference DIR2 -o OUT --jobs 2
    """
    from sshr.batch.runner import Backend
    from sshr.batch.work import Job
    from sshr.cli.keys import keys_for, sender_facts, signature_words
    from sshr.cli.progress import progress_bar
    from sshr.files.output import check_file
    from sshr.imaging.reading import read_image
    from sshr.imaging.writing import LOSSLESS, check_output

    def own_keys() -> "Keys":
        return keys_for(
            passphrase_file,
            no_passphrase,
            confirm=False,
            ask=ask_passphrase,
            identity=identity,
            sender=sender,
            key_passphrase_file=key_passphrase_file,
        )

    started = time.monotonic()
    backend = Backend(backend_name, jobs, scheduler)
    if wants_folders(stego, reference, pairs, backend):
        job = Job("reveal", output.absolute(), own_keys(), preset, "contain", strict, device, force)
        work_folders(job, stego.absolute(), reference.absolute(), pairs, backend, as_json)
        return
    # Only the header says whether a file or a picture comes out, so a suffix that pictures do not
    # have is judged after it.
    picture = output.suffix.lower() in LOSSLESS
    (check_output if picture else check_file)(output, force, (stego, reference))
    seen, shared = read_image(stego), read_image(reference)
    keys = own_keys()
    from sshr.pipeline.receiving import open_stego

    found = open_stego(seen, shared, keys)
    if found.sealed:
        write_unsealed(found, output, force, as_json, started, sender, strict)
        return
    check_output(output, force, (stego, reference))
    from sshr.pipeline.reveal import reveal_received

    with progress_bar(as_json) as progress:
        revealed = reveal_received(
            found, preset=preset, strict=strict, device=device, progress=progress
        )
        revealed.save(output, force)
    height, width = revealed.image.shape[:2]
    facts: dict[str, Any] = {"revealed": str(output), "width": width, "height": height}
    facts |= {"intact": revealed.intact, "seconds": round(time.monotonic() - started, 2)}
    facts |= sender_facts(revealed.sender, sender)
    if as_json:
        print_json(facts)
        return
    if not revealed.intact:
        typer.echo("sshr: warning: the stego was changed after it was written", err=True)
    print(f"{shown(output)} ({width}x{height}) written in {facts['seconds']} s")
    print(signature_words(revealed.sender, sender, revealed.intact))
