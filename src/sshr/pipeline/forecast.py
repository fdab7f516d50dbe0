"""What a conceal would give, before anything is concealed."""

from typing import Any

from sshr.crypto.keys import MAX_RECIPIENTS
from sshr.errors import UsageError
from sshr.imaging.reading import AnyPicture, as_picture
from sshr.imaging.secret import AlphaChoice
from sshr.transports.cover import Cover
from sshr.transports.kind import Kind
from sshr.transports.protocol import Forecast, make_options
from sshr.transports.secret import Blob, kind_of, read_any
from sshr.transports.table import find_transport


def forecast(
    secret: AnyPicture | Blob | None,
    reference: AnyPicture,
    transport: str | None = None,
    *,
    recipients: int = 0,
    signed: bool = False,
    alpha: AlphaChoice = "composite",
    **options: Any,
) -> Forecast:
    """Capacity and quality to expect of `conceal` with these; no keys are needed.

    Args:
        secret: None asks what fits.
        recipients: how many there are; none with a passphrase or the reference alone.
        signed: the stego is to bear a signature.
        transport, alpha, options: of `conceal`.

    Raises:
        TooSmallError: the reference cannot hold the header, or the secret does not fit.
        UsageError: recipients are not from 0 to 16.
        SshrError: other kinds, as `conceal`.
    """
    if not isinstance(recipients, int) or not 0 <= recipients <= MAX_RECIPIENTS:
        raise UsageError(f"recipients must be a number from 0 to {MAX_RECIPIENTS}")
    own = None if secret is None else read_any(secret, alpha)
    way = find_transport(transport, Kind.PICTURE if own is None else kind_of(own))
    chosen = make_options(way, options)
    cover = Cover.of(as_picture(reference, "reference"))
    return way.expect(own, cover, recipients, signed, chosen)
