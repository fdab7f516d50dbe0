"""What can be evaluated: anything that conceals pictures in others and reveals them again."""

from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sshr.errors import EvaluationError, SshrError
from sshr.imaging.depth import as_levels
from sshr.types import Rgb8

Samples = NDArray[np.uint8] | NDArray[np.floating]


class Method(Protocol):
    """A steganographic method. Batches are (N, H, W, 3) RGB, sides multiples of 16."""

    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """The stegos, of the same shape: uint8, or floating in levels of 0..255.

        Floating stegos are rounded and clipped before they are written; the `float` channel alone
        hands them over as they are. The same arguments must give the same stegos.
        """

    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """The secrets, as above. An `SshrError` says that a stego cannot be revealed, and why."""


class Trace(Protocol):
    """What the sender of one pair holds, for measurements that no receiver can make."""

    def exact(self) -> tuple[Rgb8, Rgb8]:
        """The `float` channel: the unrounded stego as 8 bits, and what it reveals."""

    def steps(self) -> list[tuple[str, Rgb8]]:
        """Pictures of what happens on the way, with names."""

    def oracle_header(self, received: Rgb8) -> Rgb8:
        """What a changed stego reveals to a receiver who knows all that its header said."""


@runtime_checkable
class Traceable(Protocol):
    """A method that lets its sender be looked at."""

    def trace(self, secret: Rgb8, reference: Rgb8, key: bytes) -> Trace | None:
        """What the sender of one pair (H, W, 3) holds; None where that cannot be told."""


@dataclass(frozen=True)
class Prompts:
    """Words that come with a pair: of the secret, which nobody else knows, and of the stego."""

    private: str
    public: str


@runtime_checkable
class Promptable(Protocol):
    """A method that is told by words what to make."""

    def with_prompts(self, prompts: Prompts) -> Method:
        """The same method under these."""


@dataclass(frozen=True)
class MethodEntry:
    """A method with the name that tables call it by.

    Attributes:
        identity: what makes its figures its own, such as a checkpoint's digest.
        parts: of a network with the steps as printed, which parts of the paper's Table 5 it has.
        any_size: it reveals from stegos of another size than the reference's too.
    """

    name: str
    method: Method
    identity: str
    parts: tuple[bool, ...] | None = None
    any_size: bool = False


def prompted(entry: MethodEntry, prompts: Prompts | None) -> MethodEntry:
    """The entry as a pair with these prompts needs it: unchanged if it takes none."""
    if prompts is None or not isinstance(entry.method, Promptable):
        return entry
    return replace(entry, method=entry.method.with_prompts(prompts))


def concealed(entry: MethodEntry, secret: Rgb8, reference: Rgb8, key: bytes) -> Samples:
    """One stego (H, W, 3), checked.

    Raises:
        EvaluationError: the method failed, or gave something that is no such picture.
    """
    return _call(entry, "conceal", secret, reference, key)


def revealed(entry: MethodEntry, stego: Samples, reference: Rgb8, key: bytes) -> Rgb8:
    """One revealed picture (H, W, 3), checked, as 8 bits.

    Raises:
        SshrError: the method says that there is nothing to reveal.
        EvaluationError: it failed, or gave something that is no such picture.
    """
    return as_levels(_call(entry, "reveal", stego, reference, key))


def _call(entry: MethodEntry, what: str, first: Samples, reference: Rgb8, key: bytes) -> Samples:
    """Neither what it is given nor what it gives is shared with it: it may write into either."""
    called = f"{entry.name}: {what}"
    try:
        found = getattr(entry.method, what)(first[None].copy(), reference[None].copy(), key)
    except SshrError:
        raise
    except (Exception, SystemExit) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise EvaluationError(f"{called} failed with {said}") from error
    if not isinstance(found, np.ndarray):
        raise EvaluationError(f"{called} gave {type(found).__name__}, not a NumPy array")
    if found.shape != (1, *reference.shape):
        raise EvaluationError(f"{called} gave shape {found.shape}, not {(1, *reference.shape)}")
    floating = np.issubdtype(found.dtype, np.floating)
    if found.dtype != np.uint8 and not floating:
        raise EvaluationError(
            f"{called} gave {found.dtype}, not uint8 or floating levels of 0..255"
        )
    if floating and not np.isfinite(found).all():
        raise EvaluationError(f"{called} gave samples that are not finite")
    picture: Samples = np.array(found[0])
    return picture
