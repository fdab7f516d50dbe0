"""The work of one pair: it ends with an entry, whatever happens."""

import functools
import hashlib
import hmac
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sshr.batch.manifest import ManifestEntry, file_hash, finished, folder_key, write_record
from sshr.batch.pairing import FilePair
from sshr.crypto.keys import Keys, stretch
from sshr.errors import ImageError, OutputError, SshrError
from sshr.files.names import reason, shown
from sshr.imaging.fitting import FitMode
from sshr.imaging.metadata import MetadataChoice
from sshr.imaging.secret import AlphaChoice
from sshr.imaging.writing import check_output, write_image


@dataclass(frozen=True)
class Job:
    """What is done to every pair, and where.

    Attributes:
        folder: of the outputs and records.
        force: existing outputs that are not this job's own may be replaced.
        strict, fit, alpha: of `sshr.reveal` and `sshr.conceal`.
        metadata: of `sshr.Stego.save`.
    """

    command: Literal["conceal", "reveal"]
    folder: Path
    keys: Keys
    preset: str = "base"
    fit: FitMode = "contain"
    strict: bool = False
    device: str = "auto"
    force: bool = False
    metadata: MetadataChoice = "colour"
    alpha: AlphaChoice = "composite"


def do_pair(job: Job, pair: FilePair) -> ManifestEntry:
    """Conceal or reveal one pair, or find that it was done before.

    The entry is recorded before the output gets its name.
    """
    started = time.monotonic()
    try:
        inputs = _identity(job, pair)
        done = finished(job.folder, pair.name, inputs)
        if done:
            return done
        return _make(job, pair, inputs, started)
    except SshrError as error:
        message, code = str(error), error.exit_code
    except MemoryError:
        message, code = "not enough memory for pictures of this size", SshrError.exit_code
    except Exception as error:
        message, code = f"unexpected {type(error).__name__}: {error}", SshrError.exit_code
    return failed(pair, " ".join(message.split()), code, time.monotonic() - started)


def failed(pair: FilePair, message: str, code: int, seconds: float = 0.0) -> ManifestEntry:
    """The entry of a pair that came to nothing; not recorded, so the next run tries it again."""
    return ManifestEntry(
        *_names(pair), state="failed", code=code, error=shown(message), seconds=round(seconds, 2)
    )


def _make(job: Job, pair: FilePair, inputs: str, started: float) -> ManifestEntry:
    pair.output.parent.mkdir(parents=True, exist_ok=True)
    check_output(pair.output, job.force, (pair.source, pair.reference))
    entries: list[ManifestEntry] = []

    def record(file: Path, figures: dict[str, Any]) -> None:
        entry = ManifestEntry(
            *_names(pair),
            state="done",
            inputs=inputs,
            sha256=file_hash(file),
            seconds=round(time.monotonic() - started, 2),
            figures=figures,
        )
        write_record(job.folder, entry)
        entries.append(entry)

    if job.command == "conceal":
        from sshr.imaging.reading import read_image
        from sshr.pipeline.conceal import conceal

        stego = conceal(
            *(pair.source, pair.reference, job.keys, job.preset),
            fit=job.fit,
            alpha=job.alpha,
            device=job.device,
        )

        def reread(file: Path) -> None:
            record(file, stego.check(read_image(file).rgb).as_dict())

        alpha, extras = stego.reference.alpha, stego.reference.extras.chosen(job.metadata)
        write_image(pair.output, stego.image, job.force, reread, alpha=alpha, extras=extras)
    else:
        from sshr.pipeline.reveal import reveal

        revealed = reveal(
            *(pair.source, pair.reference, job.keys),
            preset=job.preset,
            strict=job.strict,
            device=job.device,
        )
        height, width = revealed.image.shape[:2]
        facts = {"width": width, "height": height, "intact": revealed.intact}
        write_image(pair.output, revealed.image, job.force, lambda file: record(file, facts))
    return entries[0]


def _names(pair: FilePair) -> tuple[str, str, str]:
    return pair.name, shown(pair.source), shown(pair.reference)


def _identity(job: Job, pair: FilePair) -> str:
    """What the output depends on; the network counts by its weights, not its name."""
    from sshr.zoo.registry import load_model

    try:
        key = folder_key(job.folder)
    except OSError as error:
        raise OutputError(f"{shown(job.folder)}: cannot be written ({reason(error)})") from None
    digest = load_model(job.preset, job.device).digest.hex()
    parts = [job.command, digest, job.fit, str(job.strict), _keys_used(job.keys, key)]
    parts += [job.metadata, job.alpha]
    for path in (pair.source, pair.reference):
        try:
            parts.append(file_hash(path))
        except (OSError, ValueError) as error:
            raise ImageError(f"{shown(path)}: cannot read it ({reason(error)})") from None
    return hmac.digest(key, "\0".join(parts).encode(), "sha256").hex()


@functools.lru_cache(maxsize=4)
def _keys_used(keys: Keys, salt: bytes) -> str:
    # As slow to guess as in a stego. The other keys are long and random, so a plain hash will do.
    word = b"" if keys.passphrase is None else stretch(keys.passphrase, salt)
    named = keys.passphrase is None, keys.recipients, keys.identity, keys.signer, keys.sender
    others = repr(named).encode()
    return hashlib.sha256(word + others).hexdigest()
