"""Each promise of the page and each finding of the reviews has the tests that its row names."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("title", "least"), [("Findings of the reviews", 20), ("The page", 9)])
def test_the_tests_of_every_row_are_there(title: str, least: int) -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    section = text.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > least
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert named or "words, no test" in row, row
        for file, function in named:
            source = (ROOT / file).read_text("utf-8")
            assert f"def {function}" in source, (file, function)
