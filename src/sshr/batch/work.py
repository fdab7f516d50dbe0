"""The work of one pair: it ends with an entry, whatever happens.

It comes in two halves, so that the next pair can be begun before this one is ended: what begins
writes nothing, and leaves Argon2id running in a thread of its own.
"""

import functools
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sshr.batch.manifest import (
    CSV_NAME,
    JSON_NAME,
    ManifestEntry,
    file_hash,
    finished,
    folder_key,
    write_record,
)
from sshr.batch.pairing import FilePair
from sshr.crypto.keys import Keys, stretch
from sshr.errors import ImageError, OutputError, SshrError
from sshr.files.names import reason, shown
from sshr.files.output import FOR_THE_OWNER, check_file, staged
from sshr.imaging.metadata import MetadataChoice
from sshr.imaging.reading import as_picture, read_image
from sshr.imaging.secret import AlphaChoice
from sshr.imaging.writing import LOSSLESS, REVEALED, check_output, encode_image
from sshr.transports.kind import Kind
from sshr.transports.protocol import Runtime, make_options
from sshr.transports.table import find_transport

if TYPE_CHECKING:
    from sshr.header.writer import FreshKeys
    from sshr.pipeline.opening import ClosedStego
    from sshr.transports.revealed import Revealed

T = TypeVar("T")
Finish = Callable[[], ManifestEntry]
Figures = dict[str, Any]
Written = AbstractContextManager[tuple[Path, Path, Figures]]
"""The output's file while it has no name yet, its name to be, and what was measured."""


@dataclass(frozen=True)
class Job:
    """What is done to every pair, and where.

    Attributes:
        folder: of the outputs and records.
        transport, options, alpha: of `sshr.conceal`.
        metadata: of `sshr.Stego.save`.
        runtime, strict: of `sshr.reveal`.
        force: existing outputs that are not this job's own may be replaced.

    Raises:
        UsageError: no such transport, or an option that it does not have.
    """

    command: Literal["conceal", "reveal"]
    folder: Path
    keys: Keys
    transport: str = "analog"
    options: dict[str, Any] = field(default_factory=dict)
    runtime: Runtime = field(default_factory=Runtime)
    strict: bool = False
    force: bool = False
    metadata: MetadataChoice = "colour"
    alpha: AlphaChoice = "composite"

    def __post_init__(self) -> None:
        make_options(find_transport(self.transport, Kind.PICTURE), self.options)


def do_pair(job: Job, pair: FilePair) -> ManifestEntry:
    """Conceal or reveal one pair, or find that it was done before.

    The entry is recorded before the output gets its name.
    """
    return begin_pair(job, pair)()


def begin_pair(job: Job, pair: FilePair) -> Finish:
    """The first half of `do_pair`; what it returns is the second, to be called once."""
    start = time.monotonic()
    begun = _outcome(pair, start, lambda: _begin(job, pair))
    taken = time.monotonic() - start

    def finish() -> ManifestEntry:
        if isinstance(begun, ManifestEntry):
            return begun
        start = time.monotonic() - taken
        return _outcome(pair, start, lambda: _finish(job, pair, start, *begun))

    return finish


def _outcome(pair: FilePair, start: float, step: Callable[[], T]) -> T | ManifestEntry:
    """What the step returns, or the entry of its failure."""
    try:
        return step()
    except SshrError as error:
        message, code = str(error), error.exit_code
    except MemoryError:
        message, code = "not enough memory for pictures of this size", SshrError.exit_code
    except Exception as error:
        message, code = f"unexpected {type(error).__name__}: {error}", SshrError.exit_code
    return failed(pair, " ".join(message.split()), code, time.monotonic() - start)


def failed(pair: FilePair, message: str, code: int, seconds: float = 0.0) -> ManifestEntry:
    """The entry of a pair that came to nothing; not recorded, so the next run tries it again."""
    return ManifestEntry(
        *_names(pair), state="failed", code=code, error=shown(message), seconds=round(seconds, 2)
    )


def _begin(job: Job, pair: FilePair) -> ManifestEntry | tuple[str, Written]:
    """The entry of a pair that is done; else the hash of its inputs, and the work that is left."""
    inputs = _identity(job, pair)
    done = finished(job.folder, pair.name, inputs)
    if done:
        return done
    pair.output.parent.mkdir(parents=True, exist_ok=True)
    formats = LOSSLESS if job.command == "conceal" else REVEALED
    check_output(pair.output, job.force, (pair.source, pair.reference), formats)
    if job.command == "conceal":
        from sshr.pipeline.conceal import begin_keys, check_suffix

        way = find_transport(job.transport, Kind.PICTURE)
        check_suffix(way, pair.output)
        return inputs, _concealed(job, pair, begin_keys(job.keys, way))
    stego = None
    with suppress(MemoryError):  # the pair before may hold it: then this one is read in its turn
        stego = _received(job, pair)
        stego.begin()
    return inputs, _revealed(job, pair, stego)


def _finish(job: Job, pair: FilePair, start: float, inputs: str, work: Written) -> ManifestEntry:
    with work as (file, output, figures):
        entry = ManifestEntry(
            *_names(pair),
            state="done",
            inputs=inputs,
            sha256=file_hash(file),
            output="" if output == pair.output else str(output.relative_to(job.folder)),
            seconds=round(time.monotonic() - start, 2),
            figures=figures,
        )
        write_record(job.folder, entry)
    return entry


@contextmanager
def _concealed(
    job: Job, pair: FilePair, fresh: "FreshKeys"
) -> Iterator[tuple[Path, Path, Figures]]:
    """See `Written`."""
    from sshr.imaging.secret import read_secret
    from sshr.pipeline.conceal import conceal_under
    from sshr.transports.cover import Cover

    way = find_transport(job.transport, Kind.PICTURE)
    secret = read_secret(pair.source, job.alpha)
    cover = Cover.of(read_image(pair.reference))
    stego = conceal_under(fresh, secret, cover, way, make_options(way, job.options))
    with stego.staged(pair.output, job.force, job.metadata) as file:
        figures = stego.check(read_image(file).rgb).as_dict()
        yield file, pair.output, figures | {"notes": "; ".join(stego.notes)}


def _received(job: Job, pair: FilePair) -> "ClosedStego":
    from sshr.pipeline.opening import ClosedStego

    stego = as_picture(pair.source, "stego", received=True)
    return ClosedStego(stego, as_picture(pair.reference, "reference"), job.keys)


@contextmanager
def _revealed(
    job: Job, pair: FilePair, stego: "ClosedStego | None"
) -> Iterator[tuple[Path, Path, Figures]]:
    """See `Written`; a file or text is called as its kind asks for."""
    from sshr.pipeline.reveal import reveal_opened

    opened = (stego or _received(job, pair)).opened()
    found = reveal_opened(opened, job.runtime, job.strict)
    output, figures = pair.output, {"kind": found.kind.name.lower(), "intact": found.intact}
    if found.note:
        figures |= {"note": found.note}
    if found.image is None:
        output = output.with_suffix(_suffix(found))
        if output.name in (CSV_NAME, JSON_NAME):  # the run's own files, which it writes at its end
            output = output.with_name(f"{output.stem}-revealed{output.suffix}")
        check_file(output, job.force, (pair.source, pair.reference))
        data = found.data
        figures |= {"bytes": len(data)}
    else:
        data = encode_image(found.image, output.suffix)
        height, width = found.image.shape[:2]
        figures |= {"width": width, "height": height}
    with staged(output, data, job.force, FOR_THE_OWNER) as file:
        yield file, output, figures


def _suffix(found: "Revealed") -> str:
    """A plain suffix of the sender's name, else one that says what it is."""
    told = Path(found.name).suffix.lower()
    if found.kind is not Kind.TEXT and 1 < len(told) <= 9 and told[1:].isalnum() and told.isascii():
        return told
    return ".txt" if found.kind is Kind.TEXT else ".bin"


def _names(pair: FilePair) -> tuple[str, str, str]:
    return pair.name, shown(pair.source), shown(pair.reference)


def _identity(job: Job, pair: FilePair) -> str:
    """What the output depends on; a network counts by its weights, not its name."""
    try:
        key = folder_key(job.folder)
    except OSError as error:
        raise OutputError(f"{shown(job.folder)}: cannot be written ({reason(error)})") from None
    if job.command == "conceal":
        settings = [job.transport, *_settings(job), job.metadata, job.alpha]
    else:
        settings = [_weights(job.runtime.preset), str(job.strict)]
    parts = [job.command, *settings, _keys_used(job.keys, key)]
    for path in (pair.source, pair.reference):
        try:
            parts.append(file_hash(path))
        except (OSError, ValueError) as error:
            raise ImageError(f"{shown(path)}: cannot read it ({reason(error)})") from None
    return hmac.digest(key, "\0".join(parts).encode(), "sha256").hex()


def _settings(job: Job) -> Iterator[str]:
    """Options that change what comes out; of a preset its weights."""
    options = make_options(find_transport(job.transport, Kind.PICTURE), job.options)
    for one in fields(options):
        value = getattr(options, one.name)
        if one.name == "preset":
            value = _weights(value)
        if one.name != "device":
            yield f"{one.name}={value}"


def _weights(preset: str) -> str:
    from sshr.zoo.facts import read_facts

    return read_facts(preset).checkpoint.hex()


@functools.lru_cache(maxsize=4)
def _keys_used(keys: Keys, salt: bytes) -> str:
    # As slow to guess as in a stego. The other keys are long and random, so a plain hash will do.
    word = b"" if keys.passphrase is None else stretch(keys.passphrase, salt)
    named = keys.passphrase is None, keys.recipients, keys.identity, keys.signer, keys.sender
    others = repr((*named, keys.note)).encode()
    return hashlib.sha256(word + others).hexdigest()
