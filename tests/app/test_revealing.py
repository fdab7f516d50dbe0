"""The page's reveal and inspect: what comes back, and the command line's words for all else."""

import numpy as np
import pytest
from tests.app.conftest import WORD, Desk, facts_of, parts_of, png

from sshr.imaging.reading import decode_image

GIVEN = {"passphrase": WORD}


def test_a_picture_comes_back(desk: Desk, stego: bytes) -> None:
    answer = desk.ask("reveal", GIVEN, stego=stego, reference=desk.reference)
    facts, found = facts_of(answer), parts_of(answer)["secret"]
    assert np.array_equal(decode_image(found).rgb, decode_image(desk.secret).rgb)
    assert facts["name"] == "revealed.png"
    assert (facts["way"], facts["signed_words"], facts["signed"]) == ("", "not signed", False)


def test_what_it_holds(desk: Desk, stego: bytes) -> None:
    facts = facts_of(desk.ask("inspect", GIVEN, stego=stego, reference=desk.reference))
    assert (facts["transport"], facts["kind"], facts["secret_width"]) == ("sealed", "picture", 64)
    assert facts["intact"]
    assert len(facts["fingerprint"].split()) == 6


@pytest.mark.parametrize("action", ["reveal", "inspect"])
def test_the_words_of_the_command_line(desk: Desk, stego: bytes, action: str) -> None:
    sent = {"stego": stego, "reference": desk.reference}
    assert "does not open this stego" in desk.refused(422, action, {"passphrase": "x"}, **sent)
    assert "the passphrase is empty" in desk.refused(400, action, {}, **sent)
    other = {**sent, "reference": png(desk.photo("red-barn", 96, 128))}
    assert "are different pictures" in desk.refused(422, action, GIVEN, **other)
    same = {**sent, "stego": desk.reference}
    assert "nothing was concealed in this one" in desk.refused(422, action, GIVEN, **same)
    broken = {**sent, "stego": b"GIF89a"}
    assert desk.refused(422, action, GIVEN, **broken).startswith("stego.png: ")
    assert "the private key is missing" in desk.refused(400, action, {"lock": "key"}, **sent)
    sender = GIVEN | {"sender": desk.public}
    assert "signed by nobody" in desk.refused(422, action, sender, **sent)


def test_damage_is_told(desk: Desk) -> None:
    given = {"lock": "reference", "survive": "best"}
    answer = desk.ask("conceal", given, secret=desk.secret, reference=desk.reference)
    image = decode_image(parts_of(answer)["stego"]).rgb.copy()
    image[20, 20] ^= 1
    sent = {"stego": png(image), "reference": desk.reference}
    facts = facts_of(desk.ask("reveal", {"lock": "reference"}, **sent))
    assert not facts["intact"]
    assert facts["way"] == "warning: the stego was changed after it was written"
    assert facts["signed_words"] == "changed, so nobody vouches for it"
    strict = {"lock": "reference", "strict": "yes"}
    assert "has been changed since it was written" in desk.refused(422, "reveal", strict, **sent)


def test_a_fault_has_the_exit_code_of_the_command_line(desk: Desk, stego: bytes) -> None:
    answer = desk.ask("reveal", {"passphrase": "x"}, stego=stego, reference=desk.reference)
    told = answer.json()
    assert (told["kind"], told["exit_code"]) == ("WrongKeyError", 4)
