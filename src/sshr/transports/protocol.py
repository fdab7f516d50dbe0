"""What a transport is: one way in which a secret rides in a stego.

A new transport is a folder beside this file and a line in `sshr.transports.table`; API, command
line, folders and evaluation then know it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, get_args, get_type_hints, runtime_checkable

from sshr.errors import UsageError
from sshr.progress import Progress
from sshr.transports.kind import Kind

if TYPE_CHECKING:
    from sshr.crypto.keys import Keys
    from sshr.header.carriers import HeaderCarrier
    from sshr.header.metadata import Metadata
    from sshr.header.reader import OpenedHeader
    from sshr.header.writer import HeaderWriter
    from sshr.transports.cover import Cover, CoverPair
    from sshr.transports.revealed import Revealed
    from sshr.transports.secret import Secret
    from sshr.types import Rgb8

    OpenedPair = tuple[OpenedHeader, CoverPair]

Size = tuple[int, int]


@dataclass(frozen=True)
class Runtime:
    """What a receiver's network needs: where to look for its weights first, and where it runs."""

    preset: str = "base"
    device: str = "auto"


@dataclass(frozen=True)
class EmbedResult:
    """What a transport made of a secret.

    Attributes:
        samples: the stego as the header sees it (`Cover.stego` makes the picture).
        notes: what the user should know, one clause each.
        carried: height and width at which a picture is carried; None for bytes.
        fitted: the picture as it is carried, where that is not the secret itself: HWC uint8 RGB.
        payload_bytes: of what was encoded as bytes; None where nothing was.
        runtime: for reading it back.
        reopen: reads the header of the stego (H, W, 3) as its sender, where that is not in the
            carriers of `sshr.header`.
        way: the transport whose stego this is, where one has another make it.
        jpeg: quality of the JPEG file that it may be written to; 0 where it may not.
    """

    samples: "Rgb8"
    notes: tuple[str, ...] = ()
    carried: Size | None = None
    fitted: "Rgb8 | None" = field(default=None, repr=False)
    payload_bytes: int | None = None
    runtime: Runtime = field(default_factory=Runtime)
    reopen: "Callable[[Rgb8], OpenedPair] | None" = field(default=None, repr=False)
    way: "Transport | None" = field(default=None, repr=False)
    jpeg: int = 0


@dataclass(frozen=True)
class Contents:
    """What a header says of its stego.

    Attributes:
        secret_width, secret_height, greyscale: of a picture; None for bytes.
        details: what this transport alone has, by name.
        intact: whether the stego is as it was written.
        sender: raw Ed25519 public key of the verified signature; None without one, or if the stego
            was changed: then nobody vouches for it.
        note: what the sender says of the stego, on one printable line.
    """

    transport: str
    kind: Kind
    secret_width: int | None = None
    secret_height: int | None = None
    greyscale: bool | None = None
    details: dict[str, Any] = field(default_factory=dict)
    intact: bool = True
    sender: bytes | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON; the sender by the fingerprint of the key."""
        from sshr.crypto.identity import sender_fingerprint

        told = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "details"}
        told["kind"] = self.kind.name.lower()
        told["sender"] = None if self.sender is None else sender_fingerprint(self.sender)
        return told | self.details


@dataclass(frozen=True)
class Forecast:
    """What to expect of a conceal. Sizes are (width, height) in pixels.

    Attributes:
        stego: size of the stego, which is the reference's; `greyscale` if it has one channel.
        secret: size of the secret as given; None for bytes or where none was.
        carried: size at which a picture is carried; `resized` where that is another.
        carrier: size of the area that carries, as a picture.
        tiles: pieces that a network works on; None without one.
        header_bytes: of the header, with its slots and signature.
        header_capacity: most header bytes that this reference could hold.
        header_share: part of the samples that the header takes.
        payload_bytes: of the secret as it would be encoded; None without one, or in a picture.
        capacity: bytes that fit, by the stego's PSNR in dB; empty where no bytes are carried, or a
            picture is coded until it fits.
        stego_psnr, revealed_psnr: lowest and highest mean, dB, to expect; None where that was not
            measured or, of the second, where all comes back (`exact`).
        seconds, mebibytes: estimates for the whole command with the cores of this machine.
        notes: what the user should know.
    """

    transport: str
    stego: Size
    greyscale: bool
    header_bytes: int
    header_capacity: int
    header_share: float
    secret: Size | None = None
    carried: Size | None = None
    carrier: Size | None = None
    resized: bool = False
    tiles: int | None = None
    payload_bytes: int | None = None
    capacity: dict[float, int] = field(default_factory=dict)
    stego_psnr: tuple[float, float] | None = None
    revealed_psnr: tuple[float, float] | None = None
    exact: bool = False
    seconds: float | None = None
    mebibytes: int | None = None
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Entries by name, for JSON."""
        return asdict(self) | {"capacity": {f"{db:g}": size for db, size in self.capacity.items()}}


class Transport(Protocol):
    """One way to carry a secret."""

    @property
    def code(self) -> int:
        """Names it in a stego's metadata, 0..255."""

    @property
    def name(self) -> str:
        """Names it everywhere else."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """Of secrets that it carries."""

    @property
    def suffixes(self) -> frozenset[str]:
        """Of the files that it survives in, lower case with the dot."""

    @property
    def options(self) -> type:
        """A frozen dataclass with a default for every field, which refuses what makes no sense.

        Command line, folders and evaluation take their options from it; a field's metadata say
        `help`, and `by_suffix` which value a file's name implies.
        """

    def embed(
        self,
        secret: "Secret",
        cover: "Cover",
        header: "HeaderWriter",
        options: Any,
        progress: Progress,
    ) -> EmbedResult:
        """Make a stego, with its header.

        Raises:
            SshrError: it cannot be made; the message says what would help.
        """

    def extract(
        self, opened: "OpenedHeader", pair: "CoverPair", runtime: Runtime, progress: Progress
    ) -> "Revealed":
        """The secret of a stego whose header is open.

        Raises:
            DamagedError: what is left of it is not enough, or makes no sense.
        """

    def describe(self, metadata: "Metadata", pair: "CoverPair") -> Contents:
        """What the metadata say; `intact` and `sender` are filled in by the caller.

        Raises:
            DamagedError: the metadata make no sense.
        """

    def expect(
        self, secret: "Secret | None", cover: "Cover", recipients: int, signed: bool, options: Any
    ) -> Forecast:
        """What `embed` would give.

        Args:
            secret: None asks what fits, where that can be said without one.
            recipients: how many there are, maybe none.

        Raises:
            SshrError: as `embed`.
        """


@runtime_checkable
class Preparing(Protocol):
    """A transport that loads something large to reveal, which it can do beforehand."""

    def prepare(self, carrier: "HeaderCarrier", runtime: Runtime) -> None:
        """Load it if a header in such a carrier may be of this transport; `extract` says what
        is missing."""


@runtime_checkable
class Finder(Protocol):
    """A transport that has a header of its own, which the carriers of `sshr.header` do not read."""

    def find(self, stego: "Rgb8", reference: "Rgb8", keys: "Keys") -> "OpenedPair | None":
        """Header and pictures, or None where there is nothing of this transport.

        Args:
            stego: (h, w, 3), maybe of another size than the reference.

        Raises:
            WrongKeyError, DamagedError, SignatureError: there is, but it does not open.
        """

    def is_untouched(self, pair: "CoverPair") -> bool:
        """Whether no sample of a stego has changed, whose header says nothing of that.

        Args:
            pair: of `find`.
        """


def make_options(transport: Transport, given: dict[str, Any]) -> Any:
    """The transport's options from those that were given by name.

    Raises:
        UsageError: one that this transport does not have, or a value that makes no sense.
    """
    known = option_names(transport)
    for name in given:
        if name not in known:
            raise UsageError(f"the {transport.name} transport has no option '{name}'")
    for name, value in given.items():
        if not _is_of(value, get_type_hints(transport.options)[name]):
            raise UsageError(f"{name} must not be of type {type(value).__name__}")
    return transport.options(**given)


def _is_of(value: Any, kind: Any) -> bool:
    """Whether a value is of an option's type, where that is a plain one."""
    kinds = get_args(kind) or (kind,)
    if not all(isinstance(one, type) for one in kinds):
        return True
    if float in kinds and isinstance(value, int):
        return not isinstance(value, bool)
    return isinstance(value, kinds)


def implied_options(transport: Transport, path: str | Path) -> dict[str, Any]:
    """What the name of the stego's file implies, by option."""
    suffix, found = Path(path).suffix.lower(), {}
    for one in fields(transport.options):
        by_suffix = one.metadata.get("by_suffix", {})
        if suffix in by_suffix:
            found[one.name] = by_suffix[suffix]
    return found


def jpeg_quality(options: Any) -> int:
    """Of the JPEG file that a stego with these options may be: their `jpeg`; 0 without one."""
    return getattr(options, "jpeg", 0)


def option_names(transport: Transport) -> list[str]:
    """Of the transport's options."""
    return [one.name for one in fields(transport.options)]
