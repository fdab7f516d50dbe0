"""The sender's side: layers as long as the channels that are promised let through, and tried."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from sshr.errors import NothingFoundError, TooSmallError, UsageError
from sshr.header.reader import OpenedHeader
from sshr.header.reference import ReferenceKey
from sshr.header.writer import HeaderWriter
from sshr.imaging.modes import as_rgb
from sshr.imaging.packing import pack
from sshr.imaging.reading import Picture
from sshr.progress import Progress
from sshr.transports.cover import Cover, CoverPair
from sshr.transports.notes import notes_on_reference
from sshr.transports.protocol import EmbedResult, Runtime
from sshr.transports.robust.compact import CompactHeader, CompactWriter, open_with
from sshr.transports.robust.layers import Ground, opened
from sshr.transports.robust.opening import HeardPair, find_with
from sshr.transports.robust.options import RobustOptions
from sshr.transports.robust.planning import Filled, best_plan, fill
from sshr.transports.robust.profiles import Promise, as_written, through
from sshr.transports.secret import Secret
from sshr.types import Rgb8

_EASIER = (1.0, 0.92, 0.84, 0.75)
_UNTOUCHED = "png"
_LARGE, _AT_ONCE = 3 << 20, 2
"""Samples from which on channels are tried side by side, and how many."""


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
    ground, promise = plan.ground, plan.promise
    writer = CompactWriter(ground.key, header.keys, header.random)
    for easier in _EASIER:
        layers = fill(secret, plan, writer, easier * plan.rate)
        head = writer.write(layers.record, layers.sealed)
        bits = ground.bits(head, layers.record, layers.sealed, writer.session)
        picture = ground.picture(bits)
        if has_analog:
            from sshr.transports.robust.analog_part import add_analog  # which needs a network

            assert isinstance(secret, Picture)
            picture = add_analog(secret, cover, picture, writer.session, options, header.random)
        samples = pack(picture[:, :, 0]) if cover.packed else picture
        stego = as_written(as_rgb(cover.stego(samples)), options.jpeg)
        progress("checking", 0, 1)
        came = _through_all(stego, ground, writer, _tried(promise))
        progress("checking", 1, 1)
        lost = _lost(came, promise, layers)
        if not lost or (options.force_weak and came[_UNTOUCHED]):
            break
    else:
        raise TooSmallError(
            f"the reference does not carry the secret through {', '.join(lost)}; take a larger or "
            "livelier reference, a lower --stego-psnr or another --survive (--force-weak makes the "
            "stego all the same)"
        )
    return EmbedResult(
        samples=samples,
        notes=(*_notes(layers, promise, came, lost), *notes_on_reference(cover.picture)),
        carried=secret.size if isinstance(secret, Picture) else None,
        payload_bytes=layers.record.base + layers.record.refinement,
        runtime=Runtime(options.preset, options.device),
        reopen=lambda stego: _reopened(stego, ground, writer),
        jpeg=options.jpeg,
    )


def _through_all(
    stego: Rgb8, ground: Ground, writer: CompactWriter, names: Iterable[str]
) -> dict[str, int]:
    """What comes through each of these channels, two of them at a time in large pictures."""
    names = list(names)
    at_once = _AT_ONCE if stego.size > _LARGE else 1
    with ThreadPoolExecutor(at_once) as pool:
        came = pool.map(lambda name: _comes(stego, ground, writer, name), names)
        return dict(zip(names, came, strict=True))


def _tried(promise: Promise) -> Iterable[str]:
    return dict.fromkeys((_UNTOUCHED, *promise.channels))


def _lost(came: dict[str, int], promise: Promise, layers: Filled) -> list[str]:
    """Channels that took more than they may."""
    most = 1 + (layers.record.refinement > 0)
    wanted = dict.fromkeys(promise.base, 1) | dict.fromkeys((_UNTOUCHED, *promise.refined), most)
    return [name for name, layers_kept in came.items() if layers_kept < wanted[name]]


def _comes(stego: Rgb8, ground: Ground, writer: CompactWriter, name: str) -> int:
    """Layers that come through a channel; 0 where not even the header does."""
    found = _find(through(name, stego), ground, writer)
    if found is None or found[1].heard is None or found[1].header is None:
        return 0
    contents = opened(found[1].header, ground.read(found[1].heard, found[1].header))
    if contents[0] is None:
        return 0
    return 1 + (contents[1] is not None)


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


def _notes(
    layers: Filled, promise: Promise, came: dict[str, int], lost: list[str]
) -> tuple[str, ...]:
    through_all = ", ".join(name for name in promise.base if came[name])
    if layers.base is None:
        told = f"tried: it comes back whole through {through_all}"
    else:
        told = f"tried: a picture of {layers.base.psnr:.1f} dB comes through {through_all}"
    if layers.refinement is not None:
        milder = ", ".join(name for name in promise.refined if came[name] > 1)
        told += f"; one of {layers.refinement.psnr:.1f} dB through {milder}"
    if not lost:
        return (told,)
    return (told, f"NOT as promised: too little or nothing came through {', '.join(lost)}")
