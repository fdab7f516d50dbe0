"""How much of a secret each layer takes: as much as the channels that are promised let through."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sshr.crypto.keys import derive, keystream
from sshr.errors import TooSmallError
from sshr.imaging.channels import for_part
from sshr.threads import ahead, both, one_thread_each
from sshr.transports.kind import Kind
from sshr.transports.robust.codec import CodedPicture, best_within
from sshr.transports.robust.compact import LAYER_TAG, CompactWriter, Record, seal_layer
from sshr.transports.robust.layers import BASE, REFINEMENT, Ground, analog_deviation
from sshr.transports.robust.options import RobustOptions
from sshr.transports.robust.profiles import Promise, as_written, promises, through
from sshr.transports.robust.registering import plain_views
from sshr.transports.robust.sampling import sampled
from sshr.transports.sealed.record import pack_bytes
from sshr.transports.secret import Blob, Secret
from sshr.types import Rgb8

_RATE, _LARGE_RATE, _LARGE = 0.85, 0.82, 1 << 19
"""Of the information that passes: what the code needs, and a margin for another draw of noise. Of
the many blocks that a reference of LARGE pixels holds, none may fail."""

HEADER_RATE = 0.9
MOST_BASE = 60_000
"""Bytes, of which the header tells in 16 bits."""

_LEAST_BASE = 120
_MOST_SHARE, _WHOLE = 200, 255
"""256ths of class 1 for the base beside a refinement, and without one."""

_WORTH = 0.2
"""Decibels that a refinement must add."""


@dataclass(frozen=True)
class Passage:
    """What a channel lets through of both classes, bits for each coefficient."""

    first: float
    second: float


@dataclass(frozen=True)
class Plan:
    """What a reference lets through.

    Attributes:
        passed: by channel.
    """

    ground: Ground
    promise: Promise
    passed: dict[str, Passage]

    @property
    def rate(self) -> float:
        """Of the information that passes, what is used at first."""
        height, width = self.ground.reference.shape[:2]
        return _RATE if height * width < _LARGE else _LARGE_RATE

    @property
    def worst(self) -> float:
        """Bits for each coefficient of class 1 that come through all that the base must."""
        return max(min(self.passed[name].first for name in self.promise.base), 0.0)

    def sized(self, header_bytes: int) -> "Plan":
        """The plan for a header of another size than the shortest."""
        return replace(self, ground=self.ground.sized(header_bytes))

    @property
    def header_room(self) -> int:
        """Most bytes of a header."""
        return int(HEADER_RATE * self.worst * len(self.ground.frame.header) / 8)

    def require_header(self, size: int) -> None:
        """Refuse a header of so many bytes where it has no room.

        Raises:
            TooSmallError: it has none.
        """
        if size > self.header_room:
            raise TooSmallError(
                f"the header's {size} bytes do not come through every channel in this reference; "
                "take a larger or livelier one, a lower --stego-psnr, or fewer recipients"
            )

    def base_room(self, share: int, rate: float) -> int:
        """Bytes that so many 256ths of class 1 carry."""
        bits = rate * self.worst * len(self.ground.frame.base(share))
        return min(int(bits / 8) - LAYER_TAG, MOST_BASE)

    def share(self, wanted: int, rate: float) -> int:
        """The 256ths of class 1 for a base of so many bytes."""
        rest = self.ground.frame.base(_WHOLE)
        bits = 8 * (wanted + LAYER_TAG)
        most = _MOST_SHARE if self.promise.refined else _WHOLE
        return min(math.ceil(_WHOLE * bits / (rate * max(self.worst, 0.01) * len(rest))), most)

    def refinement_room(self, share: int, rate: float) -> int:
        """Bytes that all places carry that such a base leaves."""
        if not self.promise.refined:
            return 0
        frame = self.ground.frame
        spare = len(frame.first) - len(frame.header) - len(frame.base(share))
        told = (self.passed[name] for name in self.promise.refined)
        bits = min(spare * one.first + len(frame.second) * max(one.second, 0) for one in told)
        return int(rate * bits / 8) - LAYER_TAG


@dataclass(frozen=True)
class Filled:
    """Layers ready to be sent, and the pictures that they hold."""

    record: Record
    sealed: tuple[bytes, bytes]
    base: CodedPicture | None = None
    refinement: CodedPicture | None = None


def best_plan(reference: Rgb8, options: RobustOptions, has_analog: bool) -> Plan:
    """The plan whose base has most room, of those that keep what is asked."""
    plans = []
    for promise in promises(options.survive):
        ground = Ground.of(reference, promise.design, options.stego_psnr, has_analog)
        plans.append(Plan(ground, promise, _passages(ground, promise.channels, options.jpeg)))
    return max(plans, key=lambda plan: plan.base_room(_WHOLE, _RATE))


def fill(secret: Secret, plan: Plan, writer: CompactWriter, rate: float) -> Filled:
    """As much as comes through at this rate (of the information that passes).

    Raises:
        TooSmallError: not even the least of it does.
    """
    plan.require_header(writer.size)
    if isinstance(secret, Blob):
        return _payload(secret, plan, writer, rate)
    height, width = plan.ground.reference.shape[:2]
    area = min(secret.rgb.shape[0] * secret.rgb.shape[1], height * width)
    wanted = min(max(int(plan.promise.density * area), _LEAST_BASE), MOST_BASE)
    share = plan.share(wanted, rate)
    room = plan.base_room(share, rate)
    base, refined = both(
        lambda: best_within(secret.rgb, room),
        lambda: best_within(secret.rgb, plan.refinement_room(share, rate)),
    )
    if base is None:
        raise TooSmallError(
            f"{max(room, 0)} bytes are too few for a picture of this size; take a larger reference "
            "or a smaller secret"
        )
    if refined is not None and refined.psnr < base.psnr + _WORTH:
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
        analog=plan.ground.analog,
        greyscale=secret.greyscale,
        design=plan.ground.design,
        stego_psnr=plan.ground.stego_psnr,
    )
    return Filled(record, sealed, base, refined)


def _payload(secret: Blob, plan: Plan, writer: CompactWriter, rate: float) -> Filled:
    """All of it in the base, which has all of class 1."""
    data = pack_bytes(secret.kind, secret.name, secret.data)
    room = plan.base_room(_WHOLE, rate)
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
        share=_WHOLE,
        analog=plan.ground.analog,
        design=plan.ground.design,
        stego_psnr=plan.ground.stego_psnr,
    )
    return Filled(record, (sealed, b""))


def _passages(ground: Ground, names: Iterable[str], jpeg: int) -> dict[str, Passage]:
    """What each channel lets through of random bits, measured on a part of a large reference."""
    whole = ground.reference.shape
    ground = sampled(ground)
    plan = ground.plan
    words = keystream(derive(ground.key.key, b"robust/trial"), plan.zero.size)
    bits = (np.frombuffer(words, np.uint8) & 1).astype(bool).reshape(plan.zero.shape)
    picture = ground.picture(bits)
    if ground.analog:
        deviation = analog_deviation(ground.stego_psnr)
        white = np.random.default_rng(1).normal(0, deviation, picture.shape)
        picture = np.rint(picture + white).clip(0, 255).astype(np.uint8)
    picture, names = as_written(picture, jpeg), list(names)

    def passage(name: str) -> Passage:
        arrived = through(for_part(name, whole), picture)
        view = next(plain_views(arrived, ground.reference), None)
        if view is None:  # too small or large for a receiver
            return Passage(0.0, 0.0)
        ratios = view.listen(plan).ratios
        return Passage(*(_information(ratios, bits, plan.classes == kind) for kind in (1, 2)))

    run = ahead if plan.zero.size >= _LARGE else map
    with one_thread_each():
        return dict(zip(names, run(passage, names), strict=True))


def _information(
    ratios: NDArray[np.float32], bits: NDArray[np.bool_], use: NDArray[np.bool_]
) -> float:
    """Generalised mutual information of bits and what was heard of them."""
    if not use.any():
        return 0.0
    right = np.where(bits[use], -ratios[use], ratios[use])
    return float(1 - np.logaddexp(0, -right).mean() / math.log(2))
