"""Work on a Dask cluster whose workers see the same folders."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

from sshr.batch.manifest import ManifestEntry
from sshr.batch.pairing import FilePair
from sshr.batch.work import Job, do_pair, failed
from sshr.errors import SshrError, UsageError
from sshr.files.names import shown

CONNECT_SECONDS = 10

P = TypeVar("P")
E = TypeVar("E")


def check_address(scheduler: str) -> None:
    """Refuse an address off this machine whose connections are not encrypted.

    Raises:
        UsageError: not tls://, nor this machine itself.
    """
    scheme, _, place = scheduler.rpartition("://")
    host = urlsplit(f"//{place}").hostname or ""
    try:
        here = ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    if scheme not in ("tls", "inproc") and not here:
        raise UsageError(
            f"{shown(scheduler)} would send passphrase and private keys in clear: use a tls:// "
            "address, or --insecure where nobody can listen"
        )


def run_cluster(job: Job, pairs: Iterable[FilePair], scheduler: str) -> Iterator[ManifestEntry]:
    """`run_on_cluster` for the pairs of a folder.

    The pairs of a worker that dies go to another one, which finds those that are finished.
    Passphrase and private keys travel to the workers, and whoever can reach the scheduler can run
    programs there; see `check_address`.
    """

    def lost(pair: FilePair, fault: BaseException) -> ManifestEntry:
        return failed(pair, f"lost by the cluster: {fault}", SshrError.exit_code)

    return run_on_cluster(partial(do_pair, job), pairs, scheduler, lost)


def run_on_cluster(
    work: Callable[[P], E],
    tasks: Iterable[P],
    scheduler: str,
    lost: Callable[[P, BaseException], E],
) -> Iterator[E]:
    """What becomes of each task, in the order in which they are ready.

    Args:
        lost: what becomes of a task that raised something, or whose workers died.
        scheduler: the address, like tcp://host:8786.

    Raises:
        UsageError: the extra `dist` is missing, or nobody answers at the address.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise UsageError("--backend dask needs the extra: pip install 'sshr[dist]'") from None
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(f"no Dask scheduler answers at {scheduler} ({error})") from None
    with client:
        sent = {client.submit(work, task, pure=False): task for task in tasks}
        try:
            for future in as_completed(list(sent), loop=client.loop):
                task = sent.pop(future)
                fault = future.exception()
                yield future.result() if fault is None else lost(task, fault)
        finally:
            client.cancel(list(sent))
