"""`sshr conceal` and `sshr reveal` on whole folders."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sshr.batch.manifest import ManifestEntry
from sshr.batch.pairing import pair_by_name, pair_by_table
from sshr.batch.runner import Backend, run_folder
from sshr.batch.work import Job
from sshr.cli.printing import print_json
from sshr.cli.progress import progress_bar
from sshr.errors import ImageError, OutputError, UsageError
from sshr.files.names import shown

Pairs = Annotated[
    Path | None, typer.Option(help="Folders: CSV file with columns secret,reference[,output].")
]
Jobs = Annotated[int, typer.Option(help="Folders: processes at work.")]
BackendName = Annotated[str, typer.Option("--backend", help="Folders: local or dask.")]
Scheduler = Annotated[
    str | None, typer.Option(help="Folders: the Dask scheduler's address, tcp://HOST:8786.")
]


def wants_folders(source: Path, reference: Path, pairs: Path | None, backend: Backend) -> bool:
    """True for two folders; refuses the options of folders on a single file.

    Raises:
        ImageError: a folder and a single reference.
        UsageError: a single file, and an option that only folders have.
    """
    if os.path.isdir(source):  # False, not an error, where the name itself is impossible
        if not os.path.isdir(reference):
            raise ImageError(f"{shown(source)}: is a folder; give a folder of references as well")
        return True
    if pairs is not None or backend != Backend():
        raise UsageError(f"{shown(source)}: is no folder, so --pairs, --jobs, --backend are no use")
    return False


def work_folders(
    job: Job, sources: Path, references: Path, pairs: Path | None, backend: Backend, as_json: bool
) -> None:
    """Run a job over a folder, print its outcome, and exit with 1 if a pair failed."""
    for folder in (sources, references):
        if job.folder.exists() and job.folder.samefile(folder):
            raise OutputError(f"{shown(job.folder)}: is also an input folder. Choose another.")
    if pairs:
        pairing = pair_by_table(pairs, sources, references, job.folder)
    else:
        pairing = pair_by_name(sources, references, job.folder)
    with progress_bar(as_json) as progress:
        entries = run_folder(
            job, pairing, backend, lambda done, total: progress("pictures", done, total)
        )
    bad = [entry for entry in entries if entry.state != "done"]
    unused = [shown(path) for path in pairing.lonely_references]
    if as_json:
        print_json(
            {
                "folder": str(job.folder),
                "done": len(entries) - len(bad),
                "failed": {entry.name: entry.error for entry in bad},
                "unused_references": unused,
            }
        )
    else:
        _tell(job.folder, entries, bad, unused)
    if bad:
        raise typer.Exit(1)


def _tell(
    folder: Path, entries: list[ManifestEntry], bad: list[ManifestEntry], unused: list[str]
) -> None:
    for entry in bad:
        print(f"sshr: {shown(entry.name)}: {entry.error}", file=sys.stderr)
    for name in unused:
        print(f"note: {name} is the reference of nothing")
    print(f"{len(entries) - len(bad)} done, {len(bad)} failed; see {shown(folder)}/manifest.csv")
