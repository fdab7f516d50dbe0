"""Our transports as methods, through the same door as in use."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

from sshr.crypto.keys import Keys
from sshr.errors import UsageError
from sshr.evaluation.methods.method import MethodEntry, Samples
from sshr.files.names import shown
from sshr.imaging.depth import as_levels
from sshr.imaging.modes import as_rgb
from sshr.pipeline.conceal import conceal
from sshr.pipeline.reveal import reveal
from sshr.transports.protocol import make_options, option_names
from sshr.transports.table import TRANSPORTS
from sshr.types import Rgb8


@dataclass(frozen=True)
class TransportMethod:
    """A transport behind `Method`; the key serves as passphrase.

    What is drawn at random in use (salt, file key) follows from the key here, so runs repeat.

    Attributes:
        options: of the transport, by name.
    """

    transport: str
    options: Mapping[str, Any]

    def conceal(self, secrets: Rgb8, references: Rgb8, key: bytes) -> Samples:
        """See `Method`; the stegos are uint8, header included."""
        pairs = zip(secrets, references, strict=True)
        return np.stack([self._conceal(secret, reference, key) for secret, reference in pairs])

    def reveal(self, stegos: Samples, references: Rgb8, key: bytes) -> Samples:
        """See `Method`; the errors are those of `sshr reveal`."""
        place = {name: self.options[name] for name in ("preset", "device") if name in self.options}
        pairs = zip(as_levels(stegos), references, strict=True)
        return np.stack([reveal(*pair, Keys(passphrase=key), **place).rgb for pair in pairs])

    def _conceal(self, secret: Rgb8, reference: Rgb8, key: bytes) -> Rgb8:
        draw, keys = random.Random(key).randbytes, Keys(passphrase=key)
        stego = conceal(secret, reference, keys, self.transport, random=draw, **self.options)
        return as_rgb(stego.image)


def transport_method(name: str, value: str, device: str) -> MethodEntry:
    """A transport with `value` for its first option, or `option=value,option=value`.

    Raises:
        UsageError: it has no such option, or the value makes no sense.
    """
    options = read_options(name, value)
    if "device" in option_names(TRANSPORTS[name]):
        options = {"device": device} | options
    called = f"{name}:{value}" if value else name
    identity = str(sorted(options.items()))
    return MethodEntry(called, TransportMethod(name, options), identity, any_size=True)


def read_options(transport: str, text: str) -> dict[str, Any]:
    """A transport's options from text.

    Raises:
        UsageError: see `transport_method`.
    """
    known = option_names(TRANSPORTS[transport])
    hints, found = get_type_hints(TRANSPORTS[transport].options), {}
    for word in filter(None, text.split(",")):
        name, equals, value = word.partition("=")
        name, value = (name, value) if equals else (known[0], word)
        try:
            found[name] = _value(hints.get(name, str), value)
        except ValueError:
            raise UsageError(f"{transport}:{shown(text)}: {shown(value)} is no number") from None
    make_options(TRANSPORTS[transport], found)
    return found


def _value(kind: Any, text: str) -> Any:
    if kind is bool:
        return text.lower() in ("yes", "true", "1")
    return float(text) if kind in (float, float | None) else text
