"""The seal: under it is every sample, and the signature beside it."""

import numpy as np

from sshr.crypto.session import Session
from sshr.header.seal import make_seal, opened_seal, sample_digest

SESSION = Session.of(bytes(range(32)), bytes(range(16)), bytes(range(32, 64)))
OTHER = Session.of(b"k" * 32, b"s" * 16, b"r" * 32)


def test_a_digest_covers_size_and_samples() -> None:
    samples = np.random.default_rng(0).integers(0, 256, 6 * 8 * 3, dtype=np.uint8)
    digest = sample_digest(SESSION, (6, 8, 3), samples)
    assert len(digest) == 32
    for position in range(samples.size):
        changed = samples.copy()
        changed[position] ^= 1
        assert sample_digest(SESSION, (6, 8, 3), changed) != digest
    assert sample_digest(SESSION, (8, 6, 3), samples) != digest
    assert sample_digest(OTHER, (6, 8, 3), samples) != digest


def test_a_seal_opens_to_its_signature_and_no_other() -> None:
    digest = bytes(32)
    for signature in (b"", bytes(64), bytes(range(64))):
        seal = make_seal(SESSION, digest, signature)
        assert len(seal) == 8 + len(signature)
        assert opened_seal(SESSION, digest, seal) == signature
        assert signature not in seal or not signature
        for at in range(len(seal)):
            changed = seal[:at] + bytes([seal[at] ^ 1]) + seal[at + 1 :]
            assert opened_seal(SESSION, digest, changed) is None
        assert opened_seal(SESSION, b"\1" * 32, seal) is None
        assert opened_seal(OTHER, digest, seal) is None
