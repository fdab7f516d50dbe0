"""The transports that there are; the first that carries a kind of secret is its default."""

from sshr.errors import NewerVersionError, UsageError
from sshr.files.names import shown
from sshr.transports.analog.transport import AnalogTransport
from sshr.transports.kind import Kind
from sshr.transports.protocol import Transport
from sshr.transports.robust.transport import RobustTransport
from sshr.transports.sealed.transport import SealedTransport

TRANSPORTS: dict[str, Transport] = {
    each.name: each for each in (AnalogTransport(), SealedTransport(), RobustTransport())
}


def find_transport(name: str | None, kind: Kind) -> Transport:
    """The transport of this name, or without one the default for this kind of secret.

    Raises:
        UsageError: there is none, or it does not carry such secrets.
    """
    able = [each for each in TRANSPORTS.values() if kind in each.kinds]
    if name is None:
        return able[0]
    if not isinstance(name, str) or name not in TRANSPORTS:
        raise UsageError(f"transport {shown(str(name))} is not one of {', '.join(TRANSPORTS)}")
    found = TRANSPORTS[name]
    if kind not in found.kinds:
        ways = " or ".join(each.name for each in able)
        raise UsageError(f"the {name} transport carries no {kind.name.lower()}; {ways} does")
    return found


def transport_of(code: int) -> Transport:
    """The transport that a stego's metadata name.

    Raises:
        NewerVersionError: none has this code.
    """
    for each in TRANSPORTS.values():
        if each.code == code:
            return each
    raise NewerVersionError(
        f"the stego was made by a newer sshr (with transport {code}); update sshr and retry"
    )
