"""`sshr conceal` and `sshr reveal` on whole folders."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sshr.errors import ImageError, OutputError, UsageError
from sshr.files.names import shown

if TYPE_CHECKING:
    from sshr.batch.manifest import ManifestEntry
    from sshr.batch.pairing import Pairing
    from sshr.batch.work import Job


@dataclass(frozen=True)
class FolderGroup:
    """What only folders have."""

    pairs: Annotated[
        Path | None, typer.Option(help="Folders: CSV file with columns secret,reference[,output].")
    ] = None
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Folders: also those inside them.")
    ] = False
    jobs: Annotated[int, typer.Option(help="Folders: processes at work.")] = 1
    backend: Annotated[str, typer.Option("--backend", help="Folders: local or dask.")] = "local"
    scheduler: Annotated[
        str | None, typer.Option(help="Folders: the Dask scheduler's address, tcp://HOST:8786.")
    ] = None
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Folders: keys may travel to the scheduler in clear.")
    ] = False

    def wanted(self, source: Path | None, reference: Path) -> bool:
        """True for two folders; refuses the options of folders on a single file.

        Raises:
            ImageError: a folder and a single reference.
            UsageError: a single secret, and an option that only folders have.
        """
        if source is not None and os.path.isdir(source):  # False where the name is impossible
            if not os.path.isdir(reference):
                name = shown(source)
                raise ImageError(f"{name}: is a folder; give a folder of references as well")
            return True
        if self != FolderGroup():
            name = "a single secret" if source is None else shown(source)
            raise UsageError(
                f"{name}: is no folder, so --pairs, --recursive, --jobs, --backend are no use"
            )
        return False


def work_folders(
    job: "Job", sources: Path, references: Path, folders: FolderGroup, as_json: bool
) -> None:
    """Run a job over a folder, print its outcome, and exit with 1 if a pair failed."""
    from sshr.batch.runner import Backend, run_folder
    from sshr.cli.printing import print_json
    from sshr.cli.progress import progress_bar

    backend = Backend(folders.backend, folders.jobs, folders.scheduler, folders.insecure)
    sources, references = sources.absolute(), references.absolute()
    for folder in (sources, references):
        if job.folder.exists() and job.folder.samefile(folder):
            raise OutputError(f"{shown(job.folder)}: is also an input folder. Choose another.")
    pairing = _pairing(job, sources, references, folders)
    with progress_bar(as_json) as progress:
        entries = run_folder(
            job, pairing, backend, lambda done, total: progress("pictures", done, total)
        )
    bad = [entry for entry in entries if entry.state != "done"]
    unused = [shown(path) for path in pairing.lonely_references]
    skipped = [shown(path) for path in pairing.skipped_folders]
    if as_json:
        print_json(
            {
                "folder": str(job.folder),
                "done": len(entries) - len(bad),
                "failed": {entry.name: entry.error for entry in bad},
                "unused_references": unused,
                "skipped_folders": skipped,
            }
        )
    else:
        for name in skipped:
            print(f"note: {name} was left out; --recursive takes folders inside as well")
        _tell(job.folder, entries, bad, unused)
    if bad:
        raise typer.Exit(1)


def _pairing(job: "Job", sources: Path, references: Path, folders: FolderGroup) -> "Pairing":
    from sshr.batch.pairing import pair_by_name, pair_by_table

    if folders.pairs is None:
        return pair_by_name(sources, references, job.folder, folders.recursive)
    if folders.recursive:
        raise UsageError("--recursive is of no use with --pairs, which names the files")
    return pair_by_table(folders.pairs, sources, references, job.folder)


def _tell(
    folder: Path, entries: list["ManifestEntry"], bad: list["ManifestEntry"], unused: list[str]
) -> None:
    for entry in bad:
        print(f"sshr: {shown(entry.name)}: {entry.error}", file=sys.stderr)
    for name in unused:
        print(f"note: {name} is the reference of nothing")
    print(f"{len(entries) - len(bad)} done, {len(bad)} failed; see {shown(folder)}/manifest.csv")
