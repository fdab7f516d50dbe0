"""Links between the documents, as the site needs them.

In the repository a link is a path from the file that holds it, so that it works where files are
browsed. The site knows only what lies in docs/: links that lead out of it go to the page that
includes the document, and those of included documents are counted from docs/.
"""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "SECURITY.md": "project/policy.md",
    "benchmarks/README.md": "project/benchmarks.md",
    "src/sshr/zoo/weights": "project/models.md",
    "src/sshr/zoo/weights/base.md": "project/models.md",
    "src/sshr/zoo/weights/paper.md": "project/models.md",
}
"""The page of the site, below docs/, that shows what lies elsewhere, by its path from the root."""

LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]+)\)")


def rewritten(text: str, path: Path) -> str:
    """The Markdown `text` of the document at `path`, with links as the site needs them.

    What lies neither in docs/ nor in `PAGES` is not shown by the site; its name stays, unlinked.
    """

    def put_right(found: re.Match[str]) -> str:
        words, target = found.groups()
        place, mark, anchor = target.partition("#")
        if not place or ":" in place or place.startswith("/"):
            return found[0]
        meant = (path.parent / place).resolve()
        if meant.is_relative_to(DOCS):
            inside = meant.relative_to(DOCS).as_posix()
        elif meant.is_relative_to(ROOT) and meant.relative_to(ROOT).as_posix() in PAGES:
            inside = PAGES[meant.relative_to(ROOT).as_posix()]
        elif meant.exists():
            return words
        else:
            return found[0]
        return f"[{words}](/{inside}{mark}{anchor})"

    return LINK.sub(put_right, text)
