"""One stego's session: everything that derives from its random file key and salt."""

from dataclasses import dataclass, field

from sshr.crypto.keys import derive


@dataclass(frozen=True)
class Session:
    """A session key (32 bytes) and its labelled subkeys. Each subkey serves one purpose once."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, file_key: bytes, salt: bytes, reference_key: bytes) -> "Session":
        """The session of a file key (32 bytes) under the header's salt (16 bytes).

        It depends on the reference's key (32 bytes) too: with another reference even the right
        file key un-mixes to noise.
        """
        return cls(derive(file_key + reference_key, b"session", salt))

    def subkey(self, label: bytes) -> bytes:
        """A 32-byte subkey.

        In use: `metadata`, `samples`, `mix/...`, `payload`, `payload/...`."""
        return derive(self.key, label)
