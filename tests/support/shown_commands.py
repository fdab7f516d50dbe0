"""The command lines that the documents show."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATTERNS = ("*.md", "docs/**/*.md", "benchmarks/*.md", "src/sshr/zoo/weights/*.md")
DOCUMENTS = sorted({path for pattern in PATTERNS for path in ROOT.glob(pattern)})
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
INLINE = re.compile(r"`(sshr [^`]+)`")
BETWEEN = ("|", "&&", ";")


@dataclass(frozen=True)
class Shown:
    """One call of sshr.

    Attributes:
        words: what stands behind `sshr`.
        before: the words of the command whose output it reads, if there is one.
    """

    words: tuple[str, ...]
    before: tuple[str, ...] = ()


def calls(line: str) -> list[Shown]:
    """The calls in a line of shell, which may be a pipe; comments and redirections are left out."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    parts: list[list[str]] = [[]]
    for word in lexer:
        if word in BETWEEN:
            parts.append([])
        else:
            parts[-1].append(word)
    found, before = [], ()
    for part in parts:
        words = tuple(part[: part.index(">")] if ">" in part else part)
        if words[:1] == ("sshr",):
            found.append(Shown(words[1:], before))
        before = words
    return found


def in_blocks(text: str) -> list[Shown]:
    """The calls in the blocks of a document, in their order."""
    fenced = [(m.start(), m[2]) for m in FENCE.finditer(text) if m[1] in ("", "sh", "text")]
    hidden = FENCE.sub(lambda m: "\n" * m[0].count("\n"), text)
    indented = [(m.start(), m[0]) for m in INDENTED.finditer(hidden)]
    lines = []
    for _, block in sorted(fenced) + sorted(indented):
        lines += [line.strip() for line in block.replace("\\\n", " ").splitlines()]
    return [call for line in lines if re.search(r"(^|[|&;] )sshr ", line) for call in calls(line)]


def scripts(text: str) -> list[list[str]]:
    """The words behind `python` where a block calls one of the project's scripts."""
    joined = text.replace("\\\n", " ")
    found = re.findall(
        r"^ *python ((?:benchmarks|docs|scripts|examples)/.*)$", joined, re.MULTILINE
    )
    return [shlex.split(line, comments=True) for line in found]


def inline(text: str) -> list[tuple[str, ...]]:
    """The words behind `sshr` where a sentence names a command."""
    words = (" ".join(found.split()) for found in INLINE.findall(FENCE.sub("", text)))
    return [tuple(shlex.split(line.replace("\\|", "|"))[1:]) for line in words]
