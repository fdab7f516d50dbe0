"""`sshr evaluate`."""

from pathlib import Path
from typing import Annotated

import typer

from sshr.cli.options import Device, Json
from sshr.cli.printing import print_json, say
from sshr.errors import UsageError


def evaluate(
    data: Annotated[Path, typer.Option("--data", "-d", help="Folder of pictures.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of results; a rerun resumes.")],
    protocol: Annotated[
        str, typer.Option(help="kodak, div2k, coco, imagenet, unistega or folder.")
    ] = "kodak",
    preset: Annotated[
        list[str] | None, typer.Option(help="Preset or .safetensors checkpoint; repeatable.")
    ] = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            help="sealed:uniform, hinet, systems, package.module:factory ...; repeatable."
        ),
    ] = None,
    channel: Annotated[
        str, typer.Option(help="png, float, jpeg:75, noise, ... by commas; curves for all.")
    ] = "png,float",
    limit: Annotated[int | None, typer.Option(min=1, help="The first so many pairs.")] = None,
    pairs: Annotated[Path | None, typer.Option(help="CSV or JSON: secret, reference.")] = None,
    attacks: Annotated[
        bool, typer.Option("--attacks", help="Attack the networks, checks bypassed.")
    ] = False,
    attack_pairs: Annotated[
        int, typer.Option(min=1, help="The first so many pairs are attacked.")
    ] = 24,
    searches: Annotated[
        int, typer.Option(min=0, help="Pairs on which k_sym is searched for by gradient.")
    ] = 2,
    detector: Annotated[
        list[str] | None,
        typer.Option(
            help="spam, srmq1, srnet, ...: is a stego told from a photograph? Repeatable."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of keys and noise.")] = 1,
    jobs: Annotated[int, typer.Option(help="Processes at work on pairs.")] = 1,
    backend: Annotated[str, typer.Option(help="local or dask.")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="The Dask scheduler's address, tcp://HOST:8786.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="The scheduler may be reached unencrypted.")
    ] = False,
    device: Device = "auto",
    as_json: Json = False,
) -> None:
    """Measure methods on pairs of pictures, and report.

    The report shows the paper's numbers beside.

    Example: sshr evaluate --preset base --data kodak24 --channel png,float,curves --out report
    """
    from sshr.batch.runner import Backend
    from sshr.cli.progress import progress_bar
    from sshr.evaluation.json_records import to_json
    from sshr.evaluation.methods.table import find_all
    from sshr.evaluation.run import Options
    from sshr.evaluation.run import evaluate as run
    from sshr.imaging.channels import parse_channels

    if not preset and not method:
        raise UsageError("nothing to evaluate: name a --preset or a --method")
    channels = parse_channels(channel)
    methods, absent = find_all(preset or [], method or [], device)
    options = Options(
        *(methods, data, protocol, channels, out, limit, pairs, seed),
        *(attacks, attack_pairs, searches, list(dict.fromkeys(detector or []))),
        absent=absent,
        backend=Backend(backend, jobs, scheduler, insecure),
        made_of=(preset or [], method or [], device),
    )
    with progress_bar(as_json) as progress:
        report = run(options, progress, say)
    if as_json:
        print_json(to_json(report))
    else:
        from sshr.evaluation.report.markdown import overview

        print(overview(report))
        print(f"report.html, report.md, report.json and pairs.csv written to {out}")
    if report.run.skipped:
        say(f"{len(report.run.skipped)} pairs were left out")
        raise typer.Exit(1)
