"""The site of the documents: `make docs` builds it into build/docs, without the network.

The Markdown files here are read as they are. Documents that lie elsewhere in the repository have a
page in project/ that includes them; links between the two are put right while they are read.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

from site_links import rewritten  # noqa: E402
from sphinx.util.typing import stringify_annotation  # noqa: E402

import sshr  # noqa: E402
from sshr.imaging.reading import AnyPicture  # noqa: E402
from sshr.progress import Progress  # noqa: E402
from sshr.types import Rgb8  # noqa: E402

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "sshr"
author = "The sshr contributors"
release = version = sshr.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["results", "figure_blocks", "man"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4
highlight_language = "none"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
napoleon_google_docstring = True
napoleon_use_ivar = True
napoleon_use_rtype = False
add_module_names = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
default_role = "code"
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"sshr {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

ALIASES = {
    stringify_annotation(kind, mode): name
    for name, kind in (("AnyPicture", AnyPicture), ("Rgb8", Rgb8), ("Progress", Progress))
    for mode in ("smart", "fully-qualified-except-typing")
}
"""Types that have a name in the sources, by how they are spelt out in a signature."""


def named(text: str | None) -> str | None:
    """A signature with the names of types that it spells out."""
    for spelt, name in ALIASES.items():
        text = text and text.replace(spelt, name)
    return text


def setup(app: "Sphinx") -> None:
    """Puts links right in every document, and in those that are included; names long types."""

    def read(_: "Sphinx", name: str, content: list[str]) -> None:
        content[0] = rewritten(content[0], HERE / f"{name}.md")

    def include(_: "Sphinx", path: Path, __: str, content: list[str]) -> None:
        content[0] = rewritten(content[0], (HERE / path).resolve())

    def sign(_: "Sphinx", *told: Any) -> tuple[str | None, str | None]:
        *_, signature, returned = told
        return named(signature), named(returned)

    app.connect("autodoc-process-signature", sign)
    app.connect("source-read", read)
    app.connect("include-read", include)
