"""What `sshr conceal` says and writes when all is well."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

WITH_WORD = ("-r", "reference.png", "--passphrase-file", "word.txt")
OPEN = ("-r", "reference.png", "--no-passphrase")


def pixels(path: str | Path) -> Any:
    with Image.open(path) as image:
        return np.array(image)


def psnr(one: Any, other: Any) -> float:
    return float(10 * np.log10(255**2 / np.square(one.astype(float) - other).mean()))


@pytest.mark.usefixtures("desk")
def test_conceal_tells_figures_and_file_in_words(cli: Callable[..., Any]) -> None:
    said = cli("conceal", "secret.png", *WITH_WORD, "-o", "new.png")
    assert (said.code, said.err) == (0, "")
    figure = f"{psnr(pixels('new.png'), pixels('reference.png')):.2f}"
    assert re.search(rf"stego against reference.*\b{figure}\b", said.out)
    assert re.search(r"revealed against secret.*\d\d\.\d\d.*0\.\d{4}", said.out)
    assert re.search(r"^new\.png written in [\d.]+ s$", said.out, re.MULTILINE)


def test_json_prints_one_object_of_the_stated_entries(desk: Path, cli: Callable[..., Any]) -> None:
    said = cli("conceal", "secret.png", *WITH_WORD, "-o", "new.png", "--json")
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    facts = json.loads(said.out)
    figures = {"stego_psnr", "stego_ssim", "revealed_psnr", "revealed_ssim", "fitted_psnr"}
    others = {"stego", "transport", "preset", "fit", "device", "exact", "seconds", "notes"}
    assert set(facts) == figures | others | {"fingerprint", "carried_width", "carried_height"}
    assert (facts["stego"], facts["preset"], facts["notes"]) == ("new.png", "base", [])
    said = cli("reveal", "new.png", *WITH_WORD, "-o", "out.png", "--json")
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    facts = json.loads(said.out)
    assert facts.pop("seconds") > 0
    picture = {"revealed": "out.png", "transport": "analog", "kind": "picture", "name": ""}
    picture |= {"width": 128, "height": 128, "intact": True, "note": ""}
    assert facts == picture | {"sender": None, "sender_name": None}


def test_force_replaces_the_output(desk: Path, cli: Callable[..., Any]) -> None:
    before = (desk / "stego.png").read_bytes()
    assert cli("conceal", "secret.png", *OPEN, "-o", "stego.png", "--force").code == 0
    assert (desk / "stego.png").read_bytes() != before
    assert cli("reveal", "stego.png", *OPEN, "-o", "word.txt", "--force").code == 8  # not its kind
    Image.new("RGB", (64, 64)).save("out.png")
    assert cli("reveal", "stego.png", *OPEN, "-o", "out.png", "--force").code == 0
    assert psnr(pixels("out.png"), pixels("secret.png")) > 36


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("mode", ["contain", "cover", "stretch"])
def test_fit_is_kept_and_noted(cli: Callable[..., Any], mode: str) -> None:
    Image.fromarray(pixels("secret.png")[:90]).save("wide.png")
    said = cli("conceal", "wide.png", *OPEN, "-o", "new.png", "--fit", mode)
    assert said.code == 0
    assert "(128x90) was resized" in " ".join(said.out.split())
    assert json.loads(cli("inspect", "new.png", *OPEN, "--json").out)["fit"] == mode
    facts = json.loads(cli("reveal", "new.png", *OPEN, "-o", "out.png", "--json").out)
    assert (facts["width"], facts["height"]) == (128, 90)
    assert pixels("out.png").shape == (90, 128, 3)


@pytest.mark.usefixtures("desk")
def test_a_checkpoint_is_given_by_path(cli: Callable[..., Any]) -> None:
    from importlib.resources import as_file, files

    with as_file(files("sshr.zoo") / "weights" / "base.safetensors") as packaged:
        said = cli("conceal", "secret.png", *OPEN, "-o", "new.png", "--preset", packaged)
    assert said.code == 0
    assert cli("reveal", "new.png", *OPEN, "-o", "out.png").code == 0
