"""The sender's side: layers as long as the channels that are promised let through, and tried."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive, keystream
from sshr.errors import NothingFoundError, TooSmallError
from sshr.header.reader import OpenedHeader
from sshr.header.reference import ReferenceKey
from sshr.header.writer import HeaderWriter
from sshr.imaging.modes import as_rgb
from sshr.imaging.packing import pack
from sshr.imaging.reading import Picture
from sshr.progress import Progress
from sshr.transports.cover import Cover, CoverPair
from sshr.transports.kind import Kind
from sshr.transports.notes import notes_on_reference
from sshr.transports.protocol import EmbedResult, Runtime
from sshr.transports.robust.codec import CodedPicture, best_within
from sshr.transports.robust.compact import (
    LAYER_TAG,
    CompactHeader,
    CompactWriter,
    Record,
    open_with,
    seal_layer,
)
from sshr.transports.robust.layers import BASE, REFINEMENT, Ground, opened
from sshr.transports.robust.listening import listen
from sshr.transports.robust.opening import HeardPair, find_with
from sshr.transports.robust.options import ANALOG_SHARE, RobustOptions
from sshr.transports.robust.profiles import PROFILES, Profile, channel
from sshr.transports.sealed.record import pack_bytes
from sshr.transports.secret import Blob, Secret
from sshr.types import Rgb8

BASE_DENSITY = 0.0046
"""Bytes of the base for each pixel."""

RATE = 0.85
_EASIER = (1.0, 0.92, 0.84, 0.75)
MOST_BASE = 60_000
"""Bytes, of which the header tells in 16 bits."""


@dataclass(frozen=True)
class Passage:
    """What a channel lets through of both classes, bits for each coefficient."""

    first: float
    second: float


def send(
    secret: Secret, cover: Cover, header: HeaderWriter, options: RobustOptions, progress: Progress
) -> EmbedResult:
    """See `Transport.embed`.

    Raises:
        TooSmallError: the reference does not carry so much through the channels that are promised.
    """
    reference, profile = cover.picture.rgb, PROFILES[options.survive]
    has_analog = options.has_analog and isinstance(secret, Picture)
    ground = Ground.of(reference, options.survive, options.stego_psnr, has_analog)
    writer = CompactWriter(ground.key, header.keys, header.random)
    names = tuple(dict.fromkeys(profile.base + profile.refined))
    progress("trying channels", 0, 1)
    noise = noise_of(options.stego_psnr) if has_analog else 0.0
    passed = passages(ground, names, noise)
    progress("trying channels", 1, 1)
    for easier in _EASIER:
        layers = fill(secret, ground, writer, profile, passed, easier * RATE)
        bits = ground.bits(writer.write(layers.record, layers.sealed), layers.record, layers.sealed)
        picture = ground.picture(bits)
        if has_analog:
            from sshr.transports.robust.analog_part import add_analog  # which needs a network

            assert isinstance(secret, Picture)
            picture = add_analog(secret, cover, picture, writer.session, options, header.random)
        samples = pack(picture[:, :, 0]) if cover.packed else picture
        stego = as_rgb(cover.stego(samples))
        progress("checking", 0, 1)
        came = {name: _comes(stego, ground, writer, layers, name) for name in ("none", *names)}
        progress("checking", 1, 1)
        if all(came[name] >= 1 for name in ("none", *profile.base)) and all(
            came[name] >= 2 for name in ("none", *profile.refined) if layers.record.refinement
        ):
            break
    else:
        lost = ", ".join(name for name in names if not came[name]) or "some of its channels"
        raise TooSmallError(
            f"the reference does not carry the secret through {lost}; take a larger or livelier "
            "reference, a lower --stego-psnr or another --survive"
        )
    return EmbedResult(
        samples=samples,
        notes=(*_notes(layers, profile.base), *notes_on_reference(cover.picture)),
        carried=secret.size if isinstance(secret, Picture) else None,
        payload_bytes=layers.record.base + layers.record.refinement,
        runtime=Runtime(options.preset, options.device),
        reopen=lambda stego: _reopened(stego, ground, writer),
    )


@dataclass(frozen=True)
class Filled:
    """Layers ready to be sent, and the pictures that they hold."""

    record: Record
    sealed: tuple[bytes, bytes]
    base: CodedPicture | None = None
    refinement: CodedPicture | None = None


def fill(
    secret: Secret,
    ground: Ground,
    writer: CompactWriter,
    profile: Profile,
    passed: dict[str, Passage],
    rate: float,
) -> Filled:
    """As much as comes through at this rate (of the information that passes)."""
    frame = ground.frame
    worst = min(passed[name].first for name in profile.base)
    if 8 * writer.size > 0.9 * worst * len(frame.header):
        raise TooSmallError(
            f"the header's {writer.size} bytes do not come through every channel in this "
            "reference; take a larger or livelier one, or fewer recipients"
        )
    rest = len(frame.first) - len(frame.header)
    if isinstance(secret, Blob):
        return _fill_payload(secret, ground, writer, passed, profile, rate)
    wanted = min(max(int(BASE_DENSITY * secret.rgb.shape[0] * secret.rgb.shape[1]), 120), MOST_BASE)
    area = ground.reference.shape[0] * ground.reference.shape[1]
    wanted = min(wanted, max(int(BASE_DENSITY * area), 120))
    share = min(math.ceil(255 * 8 * (wanted + LAYER_TAG) / (rate * max(worst, 0.01) * rest)), 200)
    room = int(rate * worst * len(frame.base(share)) / 8) - LAYER_TAG
    base = best_within(secret.rgb, min(room, MOST_BASE))
    if base is None:
        raise TooSmallError(
            f"{max(room, 0)} bytes are too few for any picture; take a larger reference"
        )
    spare = len(frame.first) - len(frame.header) - len(frame.base(share))
    told = min(
        spare * passed[name].first + len(frame.second) * max(passed[name].second, 0)
        for name in profile.refined
    )
    refined = best_within(secret.rgb, int(rate * told / 8) - LAYER_TAG)
    if refined is not None and refined.psnr < base.psnr + 0.2:
        refined = None
    sealed = (
        seal_layer(writer.session, BASE, base.record),
        b"" if refined is None else seal_layer(writer.session, REFINEMENT, refined.record),
    )
    record = Record(
        kind=Kind.PICTURE,
        size=secret.size,
        base=len(sealed[0]),
        share=share,
        refinement=len(sealed[1]),
        decibels=(refined or base).psnr,
        analog=ground.analog,
        greyscale=secret.greyscale,
        survive=ground.survive,
        stego_psnr=ground.stego_psnr,
    )
    return Filled(record, sealed, base, refined)


def _fill_payload(
    secret: Blob,
    ground: Ground,
    writer: CompactWriter,
    passed: dict[str, Passage],
    profile: Profile,
    rate: float,
) -> Filled:
    """All of it in the base, which has all of class 1."""
    data = pack_bytes(secret.kind, secret.name, secret.data)
    worst = min(passed[name].first for name in profile.base)
    room = min(int(rate * worst * len(ground.frame.base(255)) / 8) - LAYER_TAG, MOST_BASE)
    if len(data) > room:
        raise TooSmallError(
            f"the secret takes {len(data)} bytes and {max(room, 0)} come through every channel in "
            "this reference; take a larger one, a lower --stego-psnr, or --transport sealed"
        )
    sealed = seal_layer(writer.session, BASE, data)
    record = Record(
        kind=secret.kind,
        size=(1, max(len(data), 1)),
        base=len(sealed),
        share=255,
        analog=ground.analog,
        survive=ground.survive,
        stego_psnr=ground.stego_psnr,
    )
    return Filled(record, (sealed, b""))


def passages(ground: Ground, names: tuple[str, ...], noise: float) -> dict[str, Passage]:
    """What each channel lets through of random bits, measured."""
    plan = ground.plan
    words = keystream(derive(ground.key.key, b"robust/trial"), plan.zero.size)
    bits = (np.frombuffer(words, np.uint8) & 1).astype(bool).reshape(plan.zero.shape)
    picture = ground.picture(bits)
    if noise:
        white = np.random.default_rng(1).normal(0, noise, picture.shape)
        picture = np.rint(picture + white).clip(0, 255).astype(np.uint8)
    found = {}
    for name in names:
        ratios = listen(channel(name)(picture), ground.reference, plan).ratios
        parts = [_information(ratios, bits, plan.classes == kind) for kind in (1, 2)]
        found[name] = Passage(*parts)
    return found


def _information(
    ratios: NDArray[np.float32], bits: NDArray[np.bool_], use: NDArray[np.bool_]
) -> float:
    """Generalised mutual information of bits and what was heard of them."""
    if not use.any():
        return 0.0
    right = np.where(bits[use], -ratios[use], ratios[use])
    return float(1 - np.logaddexp(0, -right).mean() / math.log(2))


def _comes(stego: Rgb8, ground: Ground, writer: CompactWriter, layers: Filled, name: str) -> int:
    """Layers that come through a channel; 0 where not even the header does."""
    found = _find(channel(name)(stego), ground, writer)
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


def noise_of(stego_psnr: float) -> float:
    """Deviation of the network's part, levels."""
    return 255 * 10 ** (-stego_psnr / 20) * math.sqrt(ANALOG_SHARE)


def _notes(layers: Filled, promised: tuple[str, ...]) -> tuple[str, ...]:
    through = ", ".join(promised)
    if layers.base is None:
        return (f"tried: it comes back whole through {through}",)
    told = f"tried: a picture of {layers.base.psnr:.1f} dB comes through {through}"
    if layers.refinement is not None:
        told += f"; one of {layers.refinement.psnr:.1f} dB through the milder ones"
    return (told,)
