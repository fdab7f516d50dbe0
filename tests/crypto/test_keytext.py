"""Keys from texts that are no files."""

import pytest

from sshr.crypto.keytext import (
    is_private_text,
    new_pair,
    private_from_text,
    public_from_text,
    publics_from_text,
)
from sshr.errors import KeyFileError

PUBLIC, PRIVATE = new_pair(random=lambda count: bytes(range(count)))
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
RSA = "ssh-rsa AAAAB3NzaC1yc2E= other"


def test_a_pair_in_memory() -> None:
    assert public_from_text(PUBLIC.text) == PUBLIC
    assert private_from_text(PRIVATE).public == PUBLIC
    assert PRIVATE.splitlines()[1] == f"# public: {PUBLIC.text}"
    assert is_private_text(PRIVATE)
    assert not is_private_text(PUBLIC.text)


def test_a_list() -> None:
    keys, others = publics_from_text(f"# friends\n\n{PUBLIC.text}\n{AGE}\n{RSA}\n")
    assert keys[0] == PUBLIC
    assert (len(keys), others) == (2, 1)
    assert publics_from_text(PUBLIC.text) == ([PUBLIC], 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no key"),
        ("# nothing\n", "holds no key"),
        (f"{RSA}\n{RSA}", "for other algorithms"),
        ("garbage", "it is no sshr key"),
        (f"{PUBLIC.text}\ngarbage", "it is no sshr key"),
        (PRIVATE, "it is a private key"),
    ],
)
def test_what_is_no_public_key(text: str, words: str) -> None:
    with pytest.raises(KeyFileError, match=words):
        publics_from_text(text)


def test_what_is_no_private_key() -> None:
    for text, words in ((PUBLIC.text, "it is a public key"), ("a\nb", "2 lines instead of one")):
        with pytest.raises(KeyFileError, match=words):
            private_from_text(text)
