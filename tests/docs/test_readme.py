"""The first screen of README has what a newcomer needs, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
FIRST = README.split("\n## ", 1)[0]
OUTSIDE = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "benchmarks/README.md")
FIRST_LINES = 50


def test_two_commands_and_one_picture_come_first() -> None:
    blocks = re.findall(r"^```\w*\n(.*?)^```$", FIRST, re.MULTILINE | re.DOTALL)
    commands = [line.split("#")[0].split() for block in blocks for line in block.splitlines()]
    assert commands == [["make", "demo"], ["make", "test"]]
    assert len(re.findall(r"!\[", FIRST)) == 1
    assert FIRST.index("![") < FIRST.index("make demo")
    assert len(FIRST.splitlines()) <= FIRST_LINES


def test_it_says_early_what_survives_and_what_is_not_promised() -> None:
    blocks = re.findall(r"<!-- figures: (\S+) -->", FIRST)
    assert blocks == ["survives", "found", "worth-short"]
    for words in ("nobody else has", "Use it once", "not the paper's own keys"):
        assert words in " ".join(FIRST.split())


@pytest.mark.parametrize("name", OUTSIDE)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^()\s]+)\)", path.read_text("utf-8")):
        place = target.partition("#")[0]
        if place and ":" not in place:
            assert (path.parent / place).exists(), target
