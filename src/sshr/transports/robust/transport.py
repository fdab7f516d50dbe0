"""The robust transport: layers of bytes that survive lossy channels, and the network on top.

Its parts are loaded when they are used.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from sshr.errors import UsageError
from sshr.progress import Progress
from sshr.transports.analog.options import AnalogOptions
from sshr.transports.analog.transport import AnalogTransport
from sshr.transports.kind import LOSSLESS_SUFFIXES, Kind
from sshr.transports.robust.options import FILE, JPEG_SUFFIXES, RobustOptions

if TYPE_CHECKING:
    from sshr.crypto.keys import Keys
    from sshr.header.metadata import Metadata
    from sshr.header.reader import OpenedHeader
    from sshr.header.writer import HeaderWriter
    from sshr.transports.cover import Cover, CoverPair
    from sshr.transports.protocol import Contents, EmbedResult, Forecast, Runtime
    from sshr.transports.revealed import Revealed
    from sshr.transports.secret import Secret
    from sshr.types import Rgb8


class RobustTransport:
    """See `sshr.transports.protocol.Transport` and `Finder`."""

    code = 2
    name = "robust"
    kinds = frozenset(Kind)
    suffixes = LOSSLESS_SUFFIXES | JPEG_SUFFIXES
    options = RobustOptions

    def embed(
        self,
        secret: "Secret",
        cover: "Cover",
        header: "HeaderWriter",
        options: RobustOptions,
        progress: Progress,
    ) -> "EmbedResult":
        if options.survive == FILE:
            way, own = _analog(secret, options)
            return replace(way.embed(secret, cover, header, own, progress), way=way)
        from sshr.transports.robust.sending import send

        return send(secret, cover, header, options, progress)

    def extract(
        self, opened: "OpenedHeader", pair: "CoverPair", runtime: "Runtime", progress: Progress
    ) -> "Revealed":
        from sshr.transports.robust.receiving import receive

        return receive(opened, pair, runtime, progress)

    def find(
        self, stego: "Rgb8", reference: "Rgb8", keys: "Keys"
    ) -> "tuple[OpenedHeader, CoverPair] | None":
        from sshr.transports.robust.opening import find

        return find(stego, reference, keys)

    def is_untouched(self, pair: "CoverPair") -> bool:
        from sshr.transports.robust.receiving import is_untouched

        return is_untouched(pair)

    def describe(self, metadata: "Metadata", pair: "CoverPair") -> "Contents":
        from sshr.transports.robust.receiving import describe

        return describe(metadata)

    def expect(
        self,
        secret: "Secret | None",
        cover: "Cover",
        recipients: int,
        signed: bool,
        options: RobustOptions,
    ) -> "Forecast":
        if options.survive == FILE:
            way, own = _analog(secret, options)
            return way.expect(secret, cover, recipients, signed, own)
        from sshr.transports.robust.forecast import forecast

        return forecast(secret, cover, recipients, signed, options)


def _analog(
    secret: "Secret | None", options: RobustOptions
) -> tuple[AnalogTransport, AnalogOptions]:
    """What carries a picture that need not survive anything.

    Raises:
        UsageError: the secret is none.
    """
    from sshr.transports.secret import Blob

    if isinstance(secret, Blob):
        raise UsageError("survive 'file' carries pictures; for files and texts use sealed")
    return AnalogTransport(), AnalogOptions(preset=options.preset, device=options.device)
