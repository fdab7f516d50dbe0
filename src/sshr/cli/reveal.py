"""`sshr reveal`."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sshr.cli.folders import FolderGroup, work_folders
from sshr.cli.groups import grouped
from sshr.cli.keys import ReaderGroup
from sshr.cli.options import Device, Force, Json, Reference
from sshr.cli.passphrase import STREAM_NAME
from sshr.cli.printing import print_json
from sshr.cli.streams import check_stdout
from sshr.errors import UsageError
from sshr.files.names import shown

if TYPE_CHECKING:
    from sshr.pipeline.opening import OpenedStego
    from sshr.transports.revealed import Revealed


@grouped
def reveal(
    stego: Annotated[Path, typer.Argument(help="The file that was received.")],
    reference: Reference,
    keys: ReaderGroup,
    folders: FolderGroup,
    output: Annotated[
        str,
        typer.Option("--output", "-o", help="The revealed picture or file; - is standard output."),
    ],
    preset: Annotated[
        str, typer.Option(help="Where to look first for a stego's network: a name or a path.")
    ] = "base",
    device: Device = "auto",
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a stego that was changed.")
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Reveal what STEGO holds: a picture, a file or a text.

    Example: sshr reveal stego.png --reference garden.png -o holiday.png

    With your key, from a friend: ... --identity mine.key --sender friend.pub

    Whole folders, paired by name: sshr reveal DIR --reference DIR2 -o OUT --jobs 2
    """
    from sshr.transports.protocol import Runtime

    started, runtime = time.monotonic(), Runtime(preset, device)
    if folders.wanted(stego, reference):
        from sshr.batch.work import Job

        job = Job(
            command="reveal",
            folder=Path(output).absolute(),
            keys=keys.read(),
            runtime=runtime,
            strict=strict,
            force=force,
        )
        work_folders(job, stego, reference, folders, as_json)
        return
    from sshr.cli.progress import progress_bar
    from sshr.files.output import check_file
    from sshr.imaging.reading import read_image, read_received
    from sshr.imaging.writing import LOSSLESS, REVEALED, check_output
    from sshr.pipeline.opening import ClosedStego
    from sshr.pipeline.reveal import reveal_opened
    from sshr.pipeline.words import came_through
    from sshr.threads import both

    if output == STREAM_NAME and as_json:
        raise UsageError("--json and --output - both write to standard output")
    if output == STREAM_NAME:
        check_stdout()
    else:
        # Only the header says whether a file or a picture comes out, so a suffix that pictures do
        # not have is judged after it.
        check_file(output, force, (stego, reference))
        if _suffix(output) in REVEALED:
            check_output(output, force, formats=REVEALED)
    seen, shared = both(lambda: read_received(stego), lambda: read_image(reference))
    closed = ClosedStego(seen, shared, keys.read())
    closed.begin()
    closed.prepare(runtime)
    opened = closed.opened()
    if output != STREAM_NAME and _is_picture(opened):
        check_output(output, force, formats=REVEALED)
    with progress_bar(as_json or output == STREAM_NAME) as progress:
        revealed = reveal_opened(opened, runtime, strict, progress)
        revealed.save(sys.stdout.buffer if output == STREAM_NAME else output, force)
    facts: dict[str, Any] = {"revealed": output, **_described(revealed)}
    facts |= {"seconds": round(time.monotonic() - started, 2)} | keys.facts(revealed.sender)
    if as_json:
        print_json(facts)
        return
    told = came_through(revealed.channel, revealed.intact)
    if told:
        typer.echo(f"sshr: {told}", err=True)
    out = sys.stderr if output == STREAM_NAME else sys.stdout
    print(f"{_written(output, facts)} in {facts['seconds']} s", file=out)
    if revealed.image is not None and output != STREAM_NAME and _suffix(output) not in LOSSLESS:
        print("note: JPEG loses detail of the revealed picture; .png keeps all of it", file=out)
    print(keys.words(revealed.sender, revealed.intact), file=out)
    if revealed.note:
        print(f"the sender's note: {revealed.note}", file=out)


def _suffix(output: str) -> str:
    return Path(output).suffix.lower()


def _is_picture(opened: "OpenedStego") -> bool:
    from sshr.transports.kind import Kind

    told = opened.transport.describe(opened.header.metadata, opened.pair)
    return told.kind is Kind.PICTURE


def _described(revealed: "Revealed") -> dict[str, Any]:
    facts: dict[str, Any] = {"transport": revealed.transport, "kind": revealed.kind.name.lower()}
    facts |= {"name": revealed.name, "intact": revealed.intact, "note": revealed.note}
    if revealed.channel:
        facts["channel"] = revealed.channel
    if revealed.image is None:
        return facts | {"bytes": len(revealed.data)}
    height, width = revealed.image.shape[:2]
    return facts | {"width": width, "height": height}


def _written(output: str, facts: dict[str, Any]) -> str:
    what = f"{facts['width']}x{facts['height']}" if "width" in facts else facts["kind"]
    called = f", called '{shown(facts['name'])}'" if facts["name"] else ""
    return f"{shown(output)} ({what}{called}) written"
