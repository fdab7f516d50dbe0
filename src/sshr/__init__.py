"""Conceal a picture in a newly generated one that looks like a shared reference, and reveal it.

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
    from sshr.pipeline.inspect import Contents, inspect
    from sshr.pipeline.reveal import Revealed, reveal
    from sshr.pipeline.seal import Blob, Sealed, SealedReport, capacities, seal
    from sshr.pipeline.unseal import Unsealed, unseal
    from sshr.zoo.registry import load_model

__version__ = "0.1.0"

__all__ = [
    "Blob",
    "Contents",
    "Keys",
    "Report",
    "Revealed",
    "Sealed",
    "SealedReport",
    "SshrError",
    "Stego",
    "Unsealed",
    "capacities",
    "conceal",
    "inspect",
    "load_model",
    "passphrase_bytes",
    "read_private_key",
    "read_public_key",
    "reveal",
    "seal",
    "unseal",
]

_HOMES = {
    "Keys": "sshr.crypto.keys",
    "passphrase_bytes": "sshr.crypto.keys",
    "read_private_key": "sshr.crypto.keyfile",
    "read_public_key": "sshr.crypto.keyfile",
    "SshrError": "sshr.errors",
    "Report": "sshr.pipeline.conceal",
    "Stego": "sshr.pipeline.conceal",
    "conceal": "sshr.pipeline.conceal",
    "Contents": "sshr.pipeline.inspect",
    "inspect": "sshr.pipeline.inspect",
    "Revealed": "sshr.pipeline.reveal",
    "reveal": "sshr.pipeline.reveal",
    "Blob": "sshr.pipeline.seal",
    "Sealed": "sshr.pipeline.seal",
    "SealedReport": "sshr.pipeline.seal",
    "capacities": "sshr.pipeline.seal",
    "seal": "sshr.pipeline.seal",
    "Unsealed": "sshr.pipeline.unseal",
    "unseal": "sshr.pipeline.unseal",
    "load_model": "sshr.zoo.registry",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
