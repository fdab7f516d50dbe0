"""The sender's side: layers as long as the channels that are promised let through, and tried."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sshr.errors import NothingFoundError, TooSmallError, UsageError
from sshr.header.reader import OpenedHeader
from sshr.header.reference import ReferenceKey
from sshr.header.writer import HeaderWriter
from sshr.imaging.modes import as_rgb
from sshr.imaging.packing import pack
from sshr.imaging.reading import Picture
from sshr.progress import Progress
from sshr.threads import one_thread_each
from sshr.transports.cover import Cover, CoverPair
from sshr.transports.notes import notes_on_reference
from sshr.transports.protocol import EmbedResult, Runtime
from sshr.transports.robust.compact import CompactHeader, CompactWriter, open_with
from sshr.transports.robust.layers import Ground, opened
from sshr.transports.robust.opening import HeardPair, find_with
from sshr.transports.robust.options import RobustOptions
from sshr.transports.robust.planning import Filled, Plan, best_plan, fill
from sshr.transports.robust.profiles import Promise, as_written, notes_on_size, through
from sshr.transports.secret import Secret
from sshr.types import Rgb8

_EASIER = (1.0, 0.92, 0.84, 0.75)
_UNTOUCHED = "png"
_LARGE, _AT_ONCE = 3 << 20, 2
"""Samples from which on channels are tried side by side, and how many."""


@dataclass(frozen=True)
class _Attempt:
    """A stego as the header sees it, what is in it, and how many layers come through each channel
    of a promise."""

    samples: Rgb8
    layers: Filled
    promise: Promise
    came: dict[str, int]

    @property
    def broken(self) -> list[str]:
        """Channels through which not even the base comes, or not all from the untouched file."""
        least = dict.fromkeys(self.promise.base, 1) | {_UNTOUCHED: self._most}
        return [name for name, count in least.items() if self.came[name] < count]

    @property
    def lost(self) -> list[str]:
        """Those and what should let the refinement through too."""
        milder = self.promise.refined if self._most > 1 else ()
        short = [name for name in milder if self.came[name] < self._most]
        return list(dict.fromkeys((*self.broken, *short)))

    @property
    def kept(self) -> tuple[bool, int]:
        """The more the better."""
        return not self.broken, sum(self.came.values())

    @property
    def _most(self) -> int:
        return 1 + (self.layers.record.refinement > 0)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was tried."""
        base, refinement = self.layers.base, self.layers.refinement
        through_all = ", ".join(name for name in self.promise.base if self.came[name])
        if base is None:
            told = f"tried: it comes back whole through {through_all}"
        else:
            told = f"tried: a picture of {base.psnr:.1f} dB comes through {through_all}"
        if refinement is not None:
            names = self.promise.refined or (_UNTOUCHED,)
            milder = ", ".join(name for name in names if self.came[name] > 1) or _UNTOUCHED
            told += f"; one of {refinement.psnr:.1f} dB through {milder}"
        if not self.broken:
            return (told,)
        few = ", ".join(self.lost)
        return (told, f"NOT as promised: too little or nothing came through {few}")


def send(
    secret: Secret, cover: Cover, header: HeaderWriter, options: RobustOptions, progress: Progress
) -> EmbedResult:
    """See `Transport.embed`.

    Raises:
        TooSmallError: the reference does not carry so much through the channels that are promised.
        UsageError: a note is to go with it.
    """
    if header.keys.note:
        raise UsageError("the header of the robust transport has no room for a note")
    has_analog = options.has_analog and isinstance(secret, Picture)
    progress("trying channels", 0, 1)
    plan = best_plan(cover.picture.rgb, options, has_analog)
    progress("trying channels", 1, 1)
    writer = CompactWriter(plan.ground.key, header.keys, header.random)
    plan = plan.sized(writer.size)
    ground = plan.ground
    best: _Attempt | None = None
    for easier in _EASIER:
        try:
            made = _attempt(secret, cover, header, options, plan, writer, easier, progress)
        except TooSmallError:
            if best is None or best.broken:
                raise
            break
        if best is None or made.kept > best.kept:
            best = made
        if not made.lost or (options.force_weak and made.came[_UNTOUCHED]):
            best = made
            break
    assert best is not None
    if best.broken and not (options.force_weak and best.came[_UNTOUCHED]):
        raise TooSmallError(
            f"the reference does not carry the secret through {', '.join(best.broken)}; take a "
            "larger or livelier reference, a lower --stego-psnr or another --survive (--force-weak "
            "makes the stego all the same)"
        )
    return EmbedResult(
        samples=best.samples,
        notes=(
            *best.notes,
            *notes_on_size(cover.picture.size, options.survive),
            *notes_on_reference(cover.picture),
        ),
        carried=secret.size if isinstance(secret, Picture) else None,
        payload_bytes=best.layers.record.base + best.layers.record.refinement,
        runtime=Runtime(options.preset, options.device),
        reopen=lambda stego: _reopened(stego, ground, writer),
        jpeg=options.jpeg,
    )


def _attempt(
    secret: Secret,
    cover: Cover,
    header: HeaderWriter,
    options: RobustOptions,
    plan: Plan,
    writer: CompactWriter,
    easier: float,
    progress: Progress,
) -> _Attempt:
    """A stego with this share of what should come through, tried on all channels."""
    ground = plan.ground
    layers = fill(secret, plan, writer, easier * plan.rate)
    head = writer.write(layers.record, layers.sealed)
    picture = ground.picture(ground.bits(head, layers.record, layers.sealed, writer.session))
    if ground.analog:
        from sshr.transports.robust.analog_part import add_analog  # which needs a network

        assert isinstance(secret, Picture)
        picture = add_analog(secret, cover, picture, writer.session, options, header)
    samples = pack(picture[:, :, 0]) if cover.packed else picture
    stego = as_written(as_rgb(cover.stego(samples)), options.jpeg)
    progress("checking", 0, 1)
    came = _through_all(stego, ground, writer, plan.promise)
    progress("checking", 1, 1)
    return _Attempt(samples, layers, plan.promise, came)


def _through_all(
    stego: Rgb8, ground: Ground, writer: CompactWriter, promise: Promise
) -> dict[str, int]:
    """What comes through each channel of a promise, two of them at a time in large pictures."""
    names = list(dict.fromkeys((_UNTOUCHED, *promise.channels)))
    whole = (_UNTOUCHED, *promise.refined)
    at_once = _AT_ONCE if stego.size > _LARGE else 1
    with one_thread_each(), ThreadPoolExecutor(at_once) as pool:
        came = pool.map(lambda name: _comes(stego, ground, writer, name not in whole, name), names)
        return dict(zip(names, came, strict=True))


def _comes(stego: Rgb8, ground: Ground, writer: CompactWriter, base_alone: bool, name: str) -> int:
    """Layers that come through a channel; 0 where not even the header does."""
    found = _find(through(name, stego), ground, writer)
    if found is None or found[1].heard is None or found[1].header is None:
        return 0
    header = found[1].header
    contents = opened(header, ground.read(found[1].heard, header, base_alone))
    return 0 if contents[0] is None else 1 + (contents[1] is not None)


def _find(
    stego: Rgb8, ground: Ground, writer: CompactWriter
) -> tuple[OpenedHeader, HeardPair] | None:
    def opener(
        key: ReferenceKey, stream: bytes, slots: int, is_signed: bool
    ) -> CompactHeader | None:
        if is_signed != writer.is_signed:
            return None
        return open_with(key, stream, writer.slots_end, is_signed, writer.file_key)

    return find_with(stego, ground.reference, opener, [ground])


def _reopened(stego: Rgb8, ground: Ground, writer: CompactWriter) -> tuple[OpenedHeader, CoverPair]:
    found = _find(stego, ground, writer)
    if found is None:
        raise NothingFoundError("the file holds nothing that its own sender could find")
    return found
