"""The robust transport: layers of bytes that survive lossy channels, and the network on top.

Its parts are loaded when they are used.
"""

from typing import TYPE_CHECKING

from sshr.progress import Progress
from sshr.transports.kind import LOSSLESS_SUFFIXES, Kind
from sshr.transports.robust.options import RobustOptions

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
    suffixes = LOSSLESS_SUFFIXES
    options = RobustOptions

    def embed(
        self,
        secret: "Secret",
        cover: "Cover",
        header: "HeaderWriter",
        options: RobustOptions,
        progress: Progress,
    ) -> "EmbedResult":
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

    def describe(self, metadata: "Metadata", pair: "CoverPair") -> "Contents":
        from sshr.transports.robust.receiving import describe

        return describe(metadata)

    def expect(
        self,
        secret: "Secret | None",
        cover: "Cover",
        slots: int,
        signed: bool,
        options: RobustOptions,
    ) -> "Forecast":
        from sshr.transports.robust.forecast import forecast

        return forecast(secret, cover, slots, signed, options)
