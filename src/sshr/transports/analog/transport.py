"""The analog transport: the network conceals a picture in the reference, and it fades with damage.

Its parts are loaded when they are used: neither help nor a forecast waits for the network.
"""

from typing import TYPE_CHECKING

from sshr.progress import Progress
from sshr.transports.analog.options import AnalogOptions
from sshr.transports.kind import LOSSLESS_SUFFIXES, Kind

if TYPE_CHECKING:
    from sshr.header.carriers import HeaderCarrier
    from sshr.header.metadata import Metadata
    from sshr.header.reader import OpenedHeader
    from sshr.header.writer import HeaderWriter
    from sshr.transports.cover import Cover, CoverPair
    from sshr.transports.protocol import Contents, EmbedResult, Forecast, Runtime
    from sshr.transports.revealed import Revealed
    from sshr.transports.secret import Secret


class AnalogTransport:
    """See `sshr.transports.protocol.Transport`."""

    code = 0
    name = "analog"
    kinds = frozenset({Kind.PICTURE})
    suffixes = LOSSLESS_SUFFIXES
    options = AnalogOptions

    def embed(
        self,
        secret: "Secret",
        cover: "Cover",
        header: "HeaderWriter",
        options: AnalogOptions,
        progress: Progress,
    ) -> "EmbedResult":
        from sshr.imaging.reading import Picture
        from sshr.transports.analog.sending import send

        assert isinstance(secret, Picture)
        return send(secret, cover, header, options, progress)

    def extract(
        self, opened: "OpenedHeader", pair: "CoverPair", runtime: "Runtime", progress: Progress
    ) -> "Revealed":
        from sshr.transports.analog.receiving import receive

        return receive(opened, pair, runtime, progress)

    def prepare(self, carrier: "HeaderCarrier", runtime: "Runtime") -> None:
        """See `Preparing`. What it sends has its header at the end of the picture."""
        from sshr.header.carriers import TrailingCarrier

        if isinstance(carrier, TrailingCarrier):
            from sshr.transports.analog.receiving import prepare

            prepare(runtime)

    def describe(self, metadata: "Metadata", pair: "CoverPair") -> "Contents":
        from sshr.transports.analog.contents import describe

        return describe(metadata, pair)

    def expect(
        self,
        secret: "Secret | None",
        cover: "Cover",
        recipients: int,
        signed: bool,
        options: AnalogOptions,
    ) -> "Forecast":
        from sshr.imaging.reading import Picture
        from sshr.transports.analog.forecast import forecast

        assert secret is None or isinstance(secret, Picture)
        return forecast(secret, cover, recipients, signed, options)
