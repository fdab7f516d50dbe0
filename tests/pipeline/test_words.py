"""What is said of keys and reveals."""

from sshr.crypto.identity import PublicKey, sender_fingerprint
from sshr.crypto.keytext import new_pair, public_from_text
from sshr.header.fingerprint import in_words
from sshr.pipeline.words import CHANGED, came_through, key_facts, signed_words

KEY, _ = new_pair(random=lambda count: bytes(range(count)))
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


def test_who_has_signed() -> None:
    assert isinstance(KEY, PublicKey)
    digits = sender_fingerprint(KEY.signing or b"")
    assert signed_words(None, True) == "not signed"
    assert signed_words(None, False) == "changed, so nobody vouches for it"
    assert signed_words(KEY.signing, True) == f"signed by the key {digits}"
    assert signed_words(KEY.signing, False, "bob\n") == (
        f"changed on its way; what came through is signed by bob\\n ({digits})"
    )


def test_what_has_happened() -> None:
    assert came_through("", True) == ""
    assert came_through("", False) == CHANGED
    assert came_through("blur", False) == "the stego came through: blur"


def test_a_key_in_words() -> None:
    facts = key_facts(KEY)
    digest = bytes.fromhex(KEY.fingerprint.replace("-", ""))
    assert facts["words"] == in_words(digest)
    assert facts["key"] == KEY.text
    imported = key_facts(public_from_text(AGE))
    assert (imported["key"], imported["signs_as"]) == (None, None)
    assert len((imported["words"] or "").split()) == 6
