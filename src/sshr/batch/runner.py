"""A folder from start to end: lock, clean, work, manifest."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sshr.batch.cluster import check_address, run_cluster
from sshr.batch.manifest import RECORDS, ManifestEntry, folder_key, write_manifest
from sshr.batch.pairing import Pairing
from sshr.batch.pool import run_pool
from sshr.batch.work import Job
from sshr.errors import OutputError, UsageError
from sshr.files.names import reason, shown
from sshr.files.temporary import remove_stale

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Backend:
    """Who does the work: `jobs` processes here, or the cluster of a Dask scheduler.

    Attributes:
        insecure: the scheduler may be elsewhere without encryption (see `check_address`).

    Raises:
        UsageError: an unknown name, an address without dask, dask without one, or an address that
            would send keys in clear.
    """

    name: str = "local"
    jobs: int = 1
    scheduler: str | None = None
    insecure: bool = False

    def __post_init__(self) -> None:
        if self.name not in ("local", "dask"):
            raise UsageError(f"--backend {shown(self.name)} is not one of local, dask")
        if (self.name == "dask") != (self.scheduler is not None):
            raise UsageError("--backend dask and --scheduler ADDRESS go together")
        if self.scheduler is not None and not self.insecure:
            check_address(self.scheduler)


def run_folder(
    job: Job,
    pairing: Pairing,
    backend: Backend,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> list[ManifestEntry]:
    """Work off all pairs, write the manifest, and return it in order of name.

    A source without a reference is a failed entry. Temporary files of dead runs are removed.

    Args:
        step: called after every pair with (pairs done, pairs in all).

    Raises:
        UsageError: see `Backend`, `run_pool` and `run_cluster`.
        OutputError: the output folder refuses, or another run works in it.
    """
    entries = []
    with _locked(job.folder):
        for folder in {job.folder / RECORDS, job.folder, *(p.output.parent for p in pairing.pairs)}:
            remove_stale(folder)
        for name, path in pairing.lonely_sources.items():
            error = f"{shown(path)}: no reference has this name"
            code = UsageError.exit_code
            entries.append(ManifestEntry(name, shown(path), "", "failed", code, error))
        total = len(pairing.pairs)
        if backend.scheduler is not None:
            results: Iterator[ManifestEntry] = run_cluster(job, pairing.pairs, backend.scheduler)
        else:
            results = run_pool(job, pairing.pairs, backend.jobs)
        for done, entry in enumerate(results, 1):
            entries.append(entry)
            step(done, total)
        entries.sort(key=lambda entry: entry.name)
        try:
            write_manifest(job.folder, entries)
        except OSError as error:
            raise OutputError(
                f"{shown(job.folder)}: the manifest cannot be written ({reason(error)}); the "
                "pictures are safe, run the command again"
            ) from None
    return entries


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        (folder / RECORDS).mkdir(parents=True, exist_ok=True)
        # Open to read as well, since a pipe that is only written to waits for its reader.
        descriptor = os.open(folder / RECORDS / "lock", os.O_CREAT | os.O_RDWR, 0o666)
    except OSError as error:
        raise OutputError(f"{shown(folder)}: cannot be written ({reason(error)})") from None
    with open(descriptor, "r+b", buffering=0) as file:
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(f"{shown(folder)}: another run is at work in this folder") from None
        try:
            folder_key(folder)  # made here, where no two processes can each make one
        except OSError as error:
            raise OutputError(f"{shown(folder)}: cannot be written ({reason(error)})") from None
        yield
