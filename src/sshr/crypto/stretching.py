"""A passphrase's key that another thread makes while this one goes on."""

from typing import TYPE_CHECKING

from sshr.crypto.keys import stretch

if TYPE_CHECKING:
    from concurrent.futures import Future


class Stretching:
    """The key of a passphrase under a salt: made when it is asked for, or begun before.

    stretching = Stretching(passphrase, salt)
    stretching.begin()
    ... other work ...
    key = stretching.key()

    Args:
        passphrase: None has no key.
        salt: 16 bytes.
    """

    def __init__(self, passphrase: bytes | None, salt: bytes) -> None:
        self._passphrase, self._salt = passphrase, salt
        self._begun: Future[bytes] | None = None

    def begin(self) -> None:
        """Start Argon2id in a thread of its own."""
        if self._passphrase is None or self._begun is not None:
            return
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(1)
        self._begun = pool.submit(stretch, self._passphrase, self._salt)
        pool.shutdown(wait=False)

    def key(self) -> bytes | None:
        """The 32 bytes, once they are there.

        Raises:
            MemoryError: 64 MiB cannot be had.
        """
        if self._passphrase is None:
            return None
        begun, self._begun = self._begun, None
        return stretch(self._passphrase, self._salt) if begun is None else begun.result()
