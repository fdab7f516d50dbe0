"""Conceal a secret in a newly generated picture that looks like a shared reference, and reveal it.

    import sshr
    keys = sshr.Keys(passphrase=sshr.passphrase_bytes("..."))
    stego = sshr.conceal("secret.png", "reference.png", keys)
    stego.save("stego.png")
    sshr.reveal("stego.png", "reference.png", keys).save("revealed.png")

Names are loaded when they are first used, so `import sshr` is cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sshr.crypto.keyfile import read_private_key, read_public_key
    from sshr.crypto.keys import Keys, passphrase_bytes
    from sshr.errors import SshrError
    from sshr.pipeline.conceal import Report, Stego, conceal
    from sshr.pipeline.forecast import forecast
    from sshr.pipeline.inspect import inspect
    from sshr.pipeline.reveal import reveal
    from sshr.transports.protocol import Contents, Forecast
    from sshr.transports.revealed import Revealed
    from sshr.transports.secret import Blob
    from sshr.zoo.registry import load_model

__version__ = "1.0.0"

_HOMES = {
    "Blob": "sshr.transports.secret",
    "Contents": "sshr.transports.protocol",
    "Forecast": "sshr.transports.protocol",
    "Keys": "sshr.crypto.keys",
    "Report": "sshr.pipeline.conceal",
    "Revealed": "sshr.transports.revealed",
    "SshrError": "sshr.errors",
    "Stego": "sshr.pipeline.conceal",
    "conceal": "sshr.pipeline.conceal",
    "forecast": "sshr.pipeline.forecast",
    "inspect": "sshr.pipeline.inspect",
    "load_model": "sshr.zoo.registry",
    "passphrase_bytes": "sshr.crypto.keys",
    "read_private_key": "sshr.crypto.keyfile",
    "read_public_key": "sshr.crypto.keyfile",
    "reveal": "sshr.pipeline.reveal",
}

__all__ = [
    "Blob",
    "Contents",
    "Forecast",
    "Keys",
    "Report",
    "Revealed",
    "SshrError",
    "Stego",
    "conceal",
    "forecast",
    "inspect",
    "load_model",
    "passphrase_bytes",
    "read_private_key",
    "read_public_key",
    "reveal",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
