"""Keys that are made and looked at, and the six words of a reference."""

from tests.app.conftest import Desk, facts_of

from sshr.crypto.keytext import private_from_text
from sshr.header.fingerprint import fingerprint
from sshr.imaging.reading import decode_image


def test_a_pair_is_made(desk: Desk) -> None:
    facts = facts_of(desk.ask("new-key"))
    assert private_from_text(facts["private"]).public.text == facts["key"]
    assert not facts["protected"]
    assert len(facts["words"].split()) == 6
    assert facts["key"] != facts_of(desk.ask("new-key"))["key"]


def test_a_protected_pair(desk: Desk) -> None:
    facts = facts_of(desk.ask("new-key", {"passphrase": "dust"}))
    assert facts["protected"]
    key = facts["private"].encode()
    told = facts_of(desk.ask("show-key", {"passphrase": "dust"}, key=key))
    assert told["fingerprint"] == facts["fingerprint"]
    assert "does not open this key" in desk.refused(422, "show-key", {"passphrase": "x"}, key=key)
    assert "protected by a passphrase" in desk.refused(422, "show-key", {}, key=key)


def test_a_key_is_looked_at(desk: Desk) -> None:
    facts = facts_of(desk.ask("show-key", {"key": desk.public}))
    assert facts["key"] == desk.public
    assert facts_of(desk.ask("show-key", {}, key=desk.public.encode())) == facts
    assert facts_of(desk.ask("show-key", {}, key=desk.key.encode())) == facts
    assert "the key is missing" in desk.refused(400, "show-key")
    assert "it is no sshr key" in desk.refused(422, "show-key", {"key": "sshr1garbage"})
    assert "key.png: " in desk.refused(422, "show-key", {}, key=b"\xff\xfe\x00")


def test_a_private_key_that_was_pasted_is_no_public_one(desk: Desk) -> None:
    line = desk.key.splitlines()[2]
    words = desk.refused(422, "show-key", {"key": line})
    assert "private key" in words
    assert line not in words


def test_a_reference_in_words(desk: Desk) -> None:
    facts = facts_of(desk.ask("compare", {}, reference=desk.reference))
    picture = decode_image(desk.reference)
    assert facts["fingerprint"] == fingerprint(picture.rgb)
    assert (facts["width"], facts["height"]) == (128, 96)
    assert "the reference is missing" in desk.refused(400, "compare")
