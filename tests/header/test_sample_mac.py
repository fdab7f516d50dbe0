import numpy as np

from sshr.crypto.session import Session
from sshr.header.sample_mac import sample_mac

SESSION = Session.of(bytes(range(32)), bytes(range(16)), bytes(range(32, 64)))


def test_sample_mac_covers_size_and_all_but_header_samples() -> None:
    image = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    header = np.array([0, 5, 77])
    before = image.copy()
    code = sample_mac(SESSION, image, header)
    assert len(code) == 16
    assert np.array_equal(image, before)
    for position in range(image.size):
        changed = image.copy()
        changed.reshape(-1)[position] ^= 1
        same = sample_mac(SESSION, changed, header) == code
        assert same == (position in header)
    assert sample_mac(SESSION, image.reshape(8, 6, 3), header) != code
    assert sample_mac(Session.of(b"k" * 32, b"s" * 16, b"r" * 32), image, header) != code
