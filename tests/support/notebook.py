"""Runs a notebook's code from top to bottom, without Jupyter.

    python tests/support/notebook.py NOTEBOOK

Prints what the code prints and, as Jupyter would show it, the last expression of every cell:
`<shown Image 520x256>` for a picture, its `repr` for anything else. What the code draws of the
system's random bytes is seeded, so that every run is the same.
"""

import ast
import json
import os
import random
import sys
from pathlib import Path
from typing import Any


def code_cells(path: Path) -> list[dict[str, Any]]:
    """The cells that hold code, as the file has them."""
    notebook = json.loads(path.read_text("utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def run(path: Path) -> None:
    """Run it in the notebook's own folder, in one namespace."""
    os.chdir(path.parent)
    os.urandom = random.Random(1).randbytes  # before sshr is imported, which takes it from there
    names: dict[str, Any] = {"__name__": "__main__"}
    for i, cell in enumerate(code_cells(path.absolute())):
        tree = ast.parse(source(cell), f"cell {i}")
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, f"cell {i}", "exec"), names)
        if last is not None:
            found = eval(compile(ast.Expression(last.value), f"cell {i}", "eval"), names)
            if hasattr(found, "_repr_png_"):
                print(f"<shown {type(found).__name__} {found.width}x{found.height}>")
            elif found is not None:
                print(repr(found))


if __name__ == "__main__":
    run(Path(sys.argv[1]).absolute())
