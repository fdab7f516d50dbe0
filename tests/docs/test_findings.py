"""Each finding of the reviews has the tests that the document names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tests_of_every_finding_are_there() -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    section = text.split("## Findings of the reviews\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", row)
        assert named or "words, no test" in row, row
        for file, function in named:
            source = (ROOT / file).read_text("utf-8")
            assert f"def {function}" in source, (file, function)
