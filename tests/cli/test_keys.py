"""Key pairs on the command line: making, concealing for, signing, revealing, and every refusal."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sshr.cli.passphrase import KEY_VARIABLE, VARIABLE
from sshr.crypto.identity import sender_fingerprint
from sshr.crypto.keyfile import read_public_key

USAGE, WRONG_KEY, IMAGE, OUTPUT, SIGNATURE, KEY_FILE = 2, 4, 7, 8, 13, 14
SECRET = ("conceal", "secret.png", "-r", "reference.png", "-o", "new.png")
INSPECT = ("inspect", "signed.png", "-r", "reference.png")
Cli = Callable[..., Any]
Refused = Callable[..., str]


def fingerprint(path: str) -> str:
    return sender_fingerprint(read_public_key(path).signing or b"")


@pytest.mark.usefixtures("keyed")
def test_each_recipient_reveals_and_the_sender_is_named(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = ("signed.png", "-r", "reference.png")
    said = cli("reveal", *picture, "-o", "out.png", "--identity", "friend.key")
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith(f"\nsigned by the key {fingerprint('mine.pub')}\n")
    sender = ("--sender", "mine.pub")
    monkeypatch.setenv(KEY_VARIABLE, "dust")
    said = cli("reveal", *picture, "-o", "two.png", "--identity", "archive.key", *sender, "--json")
    facts = json.loads(said.out)
    assert (facts["sender"], facts["sender_name"]) == (fingerprint("mine.pub"), "mine")
    assert facts["intact"] is True
    with Image.open("out.png") as one, Image.open("two.png") as two:
        assert (np.array(one) == np.array(two)).all()


@pytest.mark.usefixtures("keyed")
def test_inspect_names_the_sender_in_words_and_in_json(cli: Cli) -> None:
    digits = fingerprint("mine.pub")
    own = (*INSPECT, "--identity", "friend.key")
    facts = json.loads(cli(*own, "--json").out)
    assert (facts["sender"], facts["sender_name"], facts["intact"]) == (digits, None, True)
    for sender in ("mine.pub", Path("mine.pub").read_text().strip()):
        said = cli(*own, "--sender", sender)
        assert (said.code, said.err) == (0, "")
        assert ("signed by mine" in said.out) == (sender == "mine.pub")
        assert digits.rpartition("-")[0] in "".join(re.findall(r"[0-9a-f-]{4,}", said.out))
    assert "not signed" in cli("inspect", "open.png", "-r", "reference.png", "--no-passphrase").out


@pytest.mark.usefixtures("keyed")
def test_a_changed_picture_is_not_what_was_signed(cli: Cli, photo: Callable[..., Any]) -> None:
    with Image.open("signed.png") as image:
        stego = np.array(image)
    stego[0, 0, 0] ^= 1
    Image.fromarray(stego).save("changed.png")
    own = ("-r", "reference.png", "--identity", "friend.key")
    said = cli("inspect", "changed.png", *own)
    assert "nobody vouches for it" in " ".join(said.out.replace("│", " ").split())
    facts = json.loads(cli("inspect", "changed.png", *own, "--json").out)
    assert (facts["sender"], facts["intact"]) == (None, False)
    said = cli("reveal", "changed.png", *own, "-o", "out.png")
    assert "warning: the stego was changed" in said.err
    assert said.out.endswith("changed, so nobody vouches for it\n")
    for command in (("inspect",), ("reveal", "-o", "other.png")):
        said = cli(*command, "changed.png", *own, "--sender", "mine.pub")
        assert (said.code, "nobody vouches for it (refused by --sender)" in said.err) == (5, True)
    assert not Path("other.png").exists()


@pytest.mark.usefixtures("keyed")
def test_a_note_is_shown_and_signed(cli: Cli) -> None:
    note = ("--note", "for Bob, 24 November: the garden")
    sent = ("secret.png", "-r", "reference.png", "--to", "friend.pub", "--from", "mine.key")
    assert cli("conceal", *sent, *note, "-o", "noted.png").code == 0
    own = ("-r", "reference.png", "--identity", "friend.key", "--sender", "mine.pub")
    said = cli("reveal", "noted.png", *own, "-o", "out.png")
    assert said.out.endswith("the sender's note: for Bob, 24 November: the garden\n")
    facts = json.loads(cli("inspect", "noted.png", *own, "--json").out)
    assert (facts["note"], facts["sender_name"]) == (note[1], "mine")
    said = cli("conceal", *sent, "--note", "a\x1b[2J", "-o", "bad.png")
    assert (said.code, "printable" in said.err) == (2, True)


@pytest.mark.usefixtures("keyed")
def test_the_sender_asked_for_must_have_signed(refused: Refused) -> None:
    own = ("--identity", "friend.key", "--sender", "friend.pub")
    message = refused(SIGNATURE, *INSPECT, *own)
    assert f"signed by another key ({fingerprint('mine.pub')})" in message
    refused(SIGNATURE, "reveal", *INSPECT[1:], *own, "-o", "out.png")
    unsigned = ("open.png", "-r", "reference.png", "--no-passphrase", "--sender", "mine.pub")
    message = refused_but_warned(refused, "inspect", *unsigned)
    assert "signed by nobody" in message


def refused_but_warned(refused: Refused, *arguments: str) -> str:
    """A refusal beside the warning that there is no passphrase, which is left out here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sshr.cli.keys.print", lambda *_, **__: None, raising=False)
        return refused(SIGNATURE, *arguments)


@pytest.mark.usefixtures("keyed")
def test_who_cannot_open_it(refused: Refused) -> None:
    refused(WRONG_KEY, *INSPECT, "--identity", "stranger.key")
    refused(WRONG_KEY, *INSPECT, "--identity", "mine.key")  # the sender is no recipient
    refused(WRONG_KEY, *INSPECT, "--passphrase-file", "word.txt")
    refused(WRONG_KEY, *INSPECT, "--identity", "friend.key", "--passphrase-file", "word.txt")


@pytest.mark.usefixtures("keyed")
def test_passphrase_and_key_are_both_needed(
    cli: Cli, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = ("--passphrase-file", "word.txt")
    assert cli(*SECRET, "--to", "friend.pub", *word).code == 0
    inspect = ("inspect", "new.png", "-r", "reference.png")
    own = ("--identity", "friend.key")
    assert cli(*inspect, *own, *word).code == 0
    refused(WRONG_KEY, *inspect, *own)
    refused(WRONG_KEY, *inspect, *word)
    # The variable alone adds nothing to a key; --ask-passphrase reads it before it asks.
    monkeypatch.setenv(VARIABLE, Path("word.txt").read_text("utf-8").strip())
    refused(WRONG_KEY, *inspect, *own)
    assert cli(*inspect, *own, "--ask-passphrase").code == 0
    assert cli(*INSPECT, *own).code == 0
    refused(WRONG_KEY, *INSPECT, *own, "--ask-passphrase")


@pytest.mark.usefixtures("keyed")
def test_options_that_contradict(refused: Refused) -> None:
    assert "contradicts" in refused(USAGE, *SECRET, "--to", "friend.pub", "--no-passphrase")
    assert "contradicts" in refused(USAGE, *INSPECT, "--identity", "friend.key", "--no-passphrase")
    assert "contradict" in refused(USAGE, *INSPECT, "--ask-passphrase", "--no-passphrase")
    message = refused(USAGE, *SECRET, "--to", "friend.pub", "--key-passphrase-file", "dust.txt")
    assert "no use without a private key" in message
    message = refused(USAGE, *SECRET, "--to", "friend.pub", "--ask-passphrase")
    assert "a passphrase is needed" in message
    many = [("--to", one) for one in [*_public_keys(17)]]
    assert "at most 16" in refused(USAGE, *SECRET, *(part for pair in many for part in pair))


def _public_keys(count: int) -> list[str]:
    from sshr.crypto.identity import PrivateKey

    return [PrivateKey.of_seed(bytes([n]) * 32).public.text for n in range(count)]


def test_unusable_keys_have_one_code(refused: Refused, keyed: Path) -> None:
    (keyed / "half.pub").write_text((keyed / "mine.pub").read_text()[:50])
    (keyed / "open.key").write_text((keyed / "mine.key").read_text())
    (keyed / "open.key").chmod(0o644)
    for option, given, words in [
        ("--to", "missing.pub", "missing.pub: cannot be read (No such file"),
        ("--to", "mine.key", "it is a private key; give the public one"),
        ("--to", "half.pub", "checksum is wrong"),
        ("--to", (keyed / "mine.pub").read_text()[:50], "the public key: it is no sshr key"),
        ("--to", "secret.png", "is not text"),
        ("--from", "mine.pub", "it is a public key; give the private one"),
        ("--from", "open.key", "others may read it (mode 644)"),
        ("--from", "word.txt", "it is no sshr key"),
    ]:
        assert words in refused(KEY_FILE, *SECRET, option, given)
    for option, given, words in [
        ("--identity", "mine.pub", "it is a public key"),
        ("--identity", "open.key", "chmod 600"),
        ("--identity", ".", "not a regular file"),
        ("--sender", "mine.key", "it is a private key"),
    ]:
        assert words in refused(KEY_FILE, *INSPECT, option, given)


@pytest.mark.usefixtures("keyed")
def test_the_passphrase_of_a_protected_key(
    cli: Cli, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = (*INSPECT, "--identity", "archive.key")
    assert cli(*own, "--key-passphrase-file", "dust.txt").code == 0
    assert "does not open this key" in refused(KEY_FILE, *own, "--key-passphrase-file", "word.txt")
    message = refused(USAGE, *own)
    assert "the passphrase of archive.key is needed: use --key-passphrase-file" in message
    assert KEY_VARIABLE in message
    monkeypatch.setenv(KEY_VARIABLE, "")
    assert "the passphrase is empty" in refused(USAGE, *own)


@pytest.mark.usefixtures("keyed")
def test_a_picture_too_small_for_its_recipients_is_refused_in_words(
    cli: Cli, refused: Refused
) -> None:
    for name in ("secret", "reference"):
        with Image.open(f"{name}.png") as image:
            image.crop((0, 0, 64, 64)).save(f"small-{name}.png")
    small = ("conceal", "small-secret.png", "-r", "small-reference.png", "-o", "new.png")
    keys = _public_keys(16)
    four = [part for key in keys[:4] for part in ("--to", key)]
    sixteen = [part for key in keys for part in ("--to", key)]
    assert "64x64 px is too small for the header" in refused(IMAGE, *small, *sixteen)
    assert cli(*small, *four, "--from", "mine.key").code == 0


@pytest.mark.parametrize("command", ["conceal", "reveal", "inspect", "keygen", "key"])
def test_help_gives_an_example(cli: Cli, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    said = cli(command, "--help")
    assert said.code == 0
    assert f"sshr {command} " in said.out.partition("Example:")[2]


def test_a_sealed_text_for_a_friend_names_its_sender(
    cli: Cli, refused: Refused, keyed: Path
) -> None:
    sealed = ("--transport", "sealed", "--text", "at noon", "-r", "reference.png", "-o", "new.png")
    assert cli("conceal", *sealed, "--to", "friend.pub", "--from", "mine.key").code == 0
    reveal = ("reveal", "new.png", "-r", "reference.png", "-o", "out.txt")
    refused(WRONG_KEY, *reveal, "--identity", "stranger.key")
    refused(SIGNATURE, *reveal, "--identity", "friend.key", "--sender", "stranger.pub")
    said = cli(*reveal, "--identity", "friend.key", "--sender", "mine.pub", "--json")
    facts = json.loads(said.out)
    assert (facts["sender"], facts["sender_name"]) == (fingerprint("mine.pub"), "mine")
    assert (keyed / "out.txt").read_text() == "at noon"
    said = cli(*reveal, "--identity", "friend.key", "--force")
    assert f"signed by the key {fingerprint('mine.pub')}" in said.out
