"""The sealed transport: any file, exactly, as integer changes drawn from a noise model.

Its parts are loaded when they are used; none of them needs a network.
"""

from typing import TYPE_CHECKING

from sshr.progress import Progress
from sshr.transports.kind import LOSSLESS_SUFFIXES, Kind
from sshr.transports.sealed.options import CODE, SealedOptions

if TYPE_CHECKING:
    from sshr.header.metadata import Metadata
    from sshr.header.reader import OpenedHeader
    from sshr.header.writer import HeaderWriter
    from sshr.transports.cover import Cover, CoverPair
    from sshr.transports.protocol import Contents, EmbedResult, Forecast, Runtime
    from sshr.transports.revealed import Revealed
    from sshr.transports.secret import Secret


class SealedTransport:
    """See `sshr.transports.protocol.Transport`."""

    code = CODE
    name = "sealed"
    kinds = frozenset(Kind)
    suffixes = LOSSLESS_SUFFIXES
    options = SealedOptions

    def embed(
        self,
        secret: "Secret",
        cover: "Cover",
        header: "HeaderWriter",
        options: SealedOptions,
        progress: Progress,
    ) -> "EmbedResult":
        from sshr.transports.sealed.sending import send

        return send(secret, cover, header, options, progress)

    def extract(
        self, opened: "OpenedHeader", pair: "CoverPair", runtime: "Runtime", progress: Progress
    ) -> "Revealed":
        from sshr.transports.sealed.receiving import receive

        return receive(opened, pair, progress)

    def describe(self, metadata: "Metadata", pair: "CoverPair") -> "Contents":
        from sshr.transports.sealed.receiving import describe

        return describe(metadata)

    def expect(
        self,
        secret: "Secret | None",
        cover: "Cover",
        recipients: int,
        signed: bool,
        options: SealedOptions,
    ) -> "Forecast":
        from sshr.transports.sealed.forecast import forecast

        return forecast(secret, cover, recipients, signed, options)
