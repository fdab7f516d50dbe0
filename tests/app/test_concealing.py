"""The page's conceal: pictures, files and texts, by every lock, and what it refuses."""

import numpy as np
import pytest
from tests.app.conftest import WORD, Desk, facts_of, parts_of, png

import sshr
from sshr.app.concealing import DIFFERENCE, SURVIVE, difference
from sshr.imaging.reading import decode_image

KEYS = sshr.Keys(passphrase=sshr.passphrase_bytes(WORD))


def test_a_picture(desk: Desk, stego: bytes) -> None:
    reference, secret = decode_image(desk.reference).rgb, decode_image(desk.secret).rgb
    found = sshr.reveal(decode_image(stego), decode_image(desk.reference), KEYS)
    assert found.transport == SURVIVE["untouched"] == "sealed"
    assert np.array_equal(found.rgb, secret)
    assert decode_image(stego).size == (96, 128)
    answer = desk.ask("conceal", {"passphrase": WORD}, secret=desk.secret, reference=desk.reference)
    facts, parts = facts_of(answer), parts_of(answer)
    assert facts["transport"] == "analog"
    assert facts["name"] == "reference-copy.png"
    assert np.array_equal(decode_image(parts["reference"]).rgb, reference)
    shown = difference(reference, decode_image(parts["stego"]).rgb)
    assert np.array_equal(decode_image(parts["difference"]).rgb, shown)
    assert "channels" not in facts


def test_the_difference_is_tenfold() -> None:
    reference = np.full((2, 3, 3), 100, np.uint8)
    stego = reference.copy()
    stego[0, 0] = (101, 98, 150)
    shown = difference(reference, stego)
    assert DIFFERENCE == 10
    assert shown[0, 0].tolist() == [138, 108, 255]
    assert (shown[1] == 128).all()


def test_a_text_keeps_its_lines(desk: Desk) -> None:
    text = "at noon\r\nby the lake\n"
    fields = {"lock": "reference"}
    answer = desk.ask("conceal", fields, text=text.encode(), reference=desk.reference)
    facts = facts_of(answer)
    assert facts["exact"]
    alone = sshr.Keys(reference_alone=True)
    stego = decode_image(parts_of(answer)["stego"])
    assert sshr.reveal(stego, decode_image(desk.reference), alone).text == text


def test_a_file_for_a_key_signed_with_a_note(desk: Desk) -> None:
    fields = {"lock": "key", "recipients": desk.public, "note": "for Bob"}
    sent = {"file": b"\x00\x01", "signer": desk.key.encode(), "reference": desk.reference}
    answer = desk.ask("conceal", fields, **sent)
    stego = parts_of(answer)["stego"]
    fields = {"lock": "key", "sender": desk.public}
    sent = {"identity": desk.key.encode(), "reference": desk.reference, "stego": stego}
    facts = facts_of(desk.ask("reveal", fields, **sent))
    assert (facts["kind"], facts["name"], facts["note"]) == ("file", "file.png", "for Bob")
    assert facts["signed"]
    assert facts["signed_words"].startswith("signed by the key ")


def test_what_a_messenger_does_is_measured(desk: Desk) -> None:
    reference = png(desk.photo("sailboats", 192, 192))
    fields = {"passphrase": WORD, "survive": "messenger"}
    facts = facts_of(desk.ask("conceal", fields, text=b"at noon", reference=reference))
    assert facts["transport"] == "robust"
    assert [one["channel"] for one in facts["channels"]][:2] == ["png", "jpeg:85"]
    assert all(one["exact"] for one in facts["channels"])


def test_what_to_expect(desk: Desk) -> None:
    fields = {"survive": "untouched"}
    facts = facts_of(desk.ask("forecast", fields, reference=desk.reference))
    assert facts["capacity"]["41"] > 1000
    assert len(facts["fingerprint"].split()) == 6
    plain = facts["header_bytes"]
    fields |= {"lock": "key", "recipients": f"# mine\n{desk.public}\n\nother\n", "signed": "yes"}
    facts = facts_of(desk.ask("forecast", fields, reference=desk.reference, secret=desk.secret))
    assert facts["header_bytes"] > plain
    assert facts["payload_bytes"] > 0


@pytest.mark.parametrize(
    ("status", "fields", "words"),
    [
        (400, {"survive": "all"}, "'survive' is one of"),
        (400, {"passphrase": ""}, "the passphrase is empty"),
        (400, {"lock": "door"}, "'lock' is one of"),
        (422, {"lock": "key"}, "recipients: holds no key"),
        (422, {"lock": "key", "recipients": "sshr1x"}, "recipients: it is no sshr key"),
        (400, {"passphrase": "x", "note": "a\nb"}, "one line of printable characters"),
    ],
)
def test_refused(desk: Desk, status: int, fields: dict[str, str], words: str) -> None:
    sent = {"secret": desk.secret, "reference": desk.reference}
    assert words in desk.refused(status, "conceal", fields, **sent)


def test_refused_files(desk: Desk) -> None:
    given = {"passphrase": "x"}
    both = {"secret": desk.secret, "reference": desk.reference}
    assert "the secret is missing" in desk.refused(400, "conceal", given, reference=desk.reference)
    assert "the reference is missing" in desk.refused(400, "conceal", given, secret=desk.secret)
    assert "send one secret" in desk.refused(400, "conceal", given, file=b"1", **both)
    broken = {**both, "reference": b"garbage"}
    assert "reference.png: is not an image" in desk.refused(422, "conceal", given, **broken)
    cut = {**both, "secret": desk.secret[:500]}
    assert "secret.png: is damaged" in desk.refused(422, "conceal", given, **cut)
    empty = {**both, "secret": b""}
    assert "secret.png: is empty" in desk.refused(422, "conceal", given, **empty)
    signer = {**both, "signer": b"garbage"}
    assert "signer.png: it is no sshr key" in desk.refused(422, "conceal", given, **signer)
    noise = np.random.default_rng(1).bytes(100_000)
    large = {"file": noise, "reference": desk.reference}
    assert "fit this reference at 32 dB" in desk.refused(422, "conceal", given, **large)
