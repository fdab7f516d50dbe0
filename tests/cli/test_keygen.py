"""`sshr keygen` and `sshr key`: pairs written, shown and never lost."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sshr.crypto.identity import sender_fingerprint
from sshr.crypto.keyfile import read_private_key, read_public_key

USAGE, WRONG_KEY, IMAGE, OUTPUT, SIGNATURE, KEY_FILE = 2, 4, 7, 8, 13, 14
Cli = Callable[..., Any]
Refused = Callable[..., str]


def fingerprint(path: str) -> str:
    return sender_fingerprint(read_public_key(path).signing or b"")


def test_keygen_writes_a_pair_and_says_so(cli: Cli, keyed: Path) -> None:
    said = cli("keygen", "new")
    assert (said.code, said.err) == (0, "")
    assert stat.S_IMODE(os.stat("new.key").st_mode) == 0o600
    line = (keyed / "new.pub").read_text().strip()
    key = read_public_key("new.pub")
    assert line in said.out
    assert key.fingerprint in said.out
    assert fingerprint("new.pub") in said.out
    assert "SECRET" not in said.out
    for source in ("new.key", "new.pub", line):
        facts = json.loads(cli("key", source, "--json").out)
        digits = fingerprint("new.pub")
        wanted = {"key": line, "fingerprint": key.fingerprint, "signs_as": digits}
        assert facts == wanted | {"words": facts["words"]}
        assert facts["words"] in said.out
    assert cli("key", "new.key").out in said.out


def test_keygen_protects_and_does_not_overwrite(cli: Cli, refused: Refused, keyed: Path) -> None:
    word = ("--protect", "--key-passphrase-file", "word.txt")
    said = cli("keygen", "new", *word, "--json")
    facts = json.loads(said.out)
    assert (facts["private"], facts["protected"]) == ("new.key", True)
    passphrase = (keyed / "word.txt").read_text("utf-8").strip().encode()
    assert read_private_key("new.key", lambda: passphrase).public.text == facts["key"]
    assert "new.key: exists already" in refused(OUTPUT, "keygen", "new", *word)
    (keyed / "new.key").unlink()
    assert "new.pub: exists already" in refused(OUTPUT, "keygen", "new")
    assert cli("keygen", "new", "--force").code == 0
    assert "there is no folder" in refused(OUTPUT, "keygen", "nowhere/new")
    assert "without --protect" in refused(USAGE, "keygen", "two", *word[1:])
    assert "the passphrase of two.key is needed" in refused(USAGE, "keygen", "two", "--protect")
