"""What `sshr inspect` says of a stego."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import sshr
from sshr.header.fingerprint import fingerprint

WITH_WORD = ("-r", "reference.png", "--passphrase-file", "word.txt")


def pixels(path: str | Path) -> Any:
    with Image.open(path) as image:
        return np.array(image)


@pytest.mark.usefixtures("desk")
def test_inspect_in_words_and_in_json(cli: Callable[..., Any]) -> None:
    said = cli("inspect", "stego.png", *WITH_WORD)
    assert (said.code, said.err) == (0, "")
    for line in (r"preset\s+│ base", r"secret width\s+│ 128", r"intact\s+│ True"):
        assert re.search(line, said.out)
    said = cli("inspect", "stego.png", *WITH_WORD, "--json")
    facts = json.loads(said.out)
    assert facts.pop("fingerprint") == fingerprint(pixels("reference.png"))
    expected = sshr.inspect("open.png", "reference.png", sshr.Keys(reference_alone=True)).as_dict()
    assert facts == expected | {"sender": None, "sender_name": None}
