"""How time and memory grow: sizes, the fitted exponent, jobs."""

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Load = Callable[[str], ModuleType]
Start = Callable[..., int]


def test_sizes_are_of_so_many_megapixels(load: Load) -> None:
    size = load("scaling").size_of
    for megapixels in (1, 12, 50):
        width, height = size(megapixels)
        assert width * height / 1e6 == pytest.approx(megapixels, rel=0.01)
        assert width / height == pytest.approx(4 / 3, rel=0.01)


def test_growth_is_fitted_to_what_lies_above_the_start(
    load: Load, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, usage = load("scaling"), load("measuring").Usage
    asked: list[tuple[str, ...]] = []

    def known(words: tuple[str | Path, ...], passphrase: str, threads: int) -> object:
        asked.append(tuple(map(str, words)))
        name = asked[-1][1].split("/")[-1]
        if "x" not in name:  # the folder
            return usage(3.0, 5.0, 1)
        width, height = map(int, name.split("-")[0].split("x"))
        pixels = width * height / 1e6
        return usage(1.0, 0.5 + 2 * pixels**1.5, int(100e6 + 30e6 * pixels))

    monkeypatch.setattr(script, "run_sshr", known)
    out = tmp_path / "figures.json"
    words = ("--megapixels", 0.05, 0.1, 0.2, "--jobs", 1, 2, "--pictures", 3, "--json", out)
    assert start("scaling", *words) == 0
    told = json.loads(out.read_text())
    for growth in told["growth"]:
        assert growth["exponent"] == pytest.approx(1.5, abs=0.05)
        assert growth["bytes_a_pixel"] == pytest.approx(30, abs=0.1)
    assert [(one["jobs"], one["seconds"]) for one in told["jobs"]] == [(1, 3.0), (2, 3.0)]
    assert [words[-1] for words in asked[-2:]] == ["1", "2"]
