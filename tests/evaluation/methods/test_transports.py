import numpy as np
import pytest

from sshr.errors import DamagedError, UsageError, WrongKeyError
from sshr.evaluation.methods.transports import read_options, transport_method
from sshr.metrics import psnr

KEY = bytes(range(32))


def test_the_value_is_the_first_option_and_others_go_by_name():
    assert read_options("sealed", "") == {}
    assert read_options("sealed", "uniform") == {"noise": "uniform"}
    assert read_options("sealed", "texture,stego_psnr=41,ecc=yes") == {
        "noise": "texture",
        "stego_psnr": 41.0,
        "ecc": True,
    }
    assert read_options("analog", "paper,fit=cover") == {"preset": "paper", "fit": "cover"}


@pytest.mark.parametrize("text", ["loud", "stego_psnr=high", "stego_psnr=5", "nothing=3"])
def test_options_that_make_no_sense_are_refused(text):
    with pytest.raises(UsageError):
        read_options("sealed", text)


def test_sealed_pictures_go_through_the_common_door(photo):
    entry = transport_method("sealed", "uniform", "cpu")
    assert entry.name == "sealed:uniform"
    assert entry.identity != transport_method("sealed", "texture", "cpu").identity
    secrets = np.stack([photo("parrots", 64, 64), photo("parrots", 64, 64, 64)])
    references = np.stack([photo("sailboats", 64, 64), photo("lighthouse", 64, 64)])
    stegos = entry.method.conceal(secrets, references, KEY)
    assert np.array_equal(stegos, entry.method.conceal(secrets, references, KEY))
    found = entry.method.reveal(stegos, references, KEY)
    assert all(psnr(*pair) > 30 for pair in zip(found, secrets, strict=True))
    with pytest.raises(WrongKeyError):
        entry.method.reveal(stegos[:1], references[:1], KEY[::-1])
    stegos[0, 5, 5, 0] ^= 1
    with pytest.raises(DamagedError):
        entry.method.reveal(stegos[:1], references[:1], KEY)


def test_a_grey_reference_gives_grey_stegos(photo):
    entry = transport_method("sealed", "", "cpu")
    grey = np.repeat(photo("sailboats", 144, 144)[..., :1], 3, axis=2)[None]
    secret = photo("parrots", 144, 144)[None]
    (stego,) = entry.method.conceal(secret, grey, KEY)
    assert stego.shape == grey.shape[1:]
    assert (stego == stego[..., :1]).all()
    assert entry.method.reveal(stego[None], grey, KEY).shape == secret.shape
