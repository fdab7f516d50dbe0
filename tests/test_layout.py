"""The structure: downward imports, small files with tests of their own, a light `import sshr`."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
PACKAGE = SRC / "sshr"
MODULES = sorted(PACKAGE.rglob("*.py"))
SCRIPTS = sorted(
    path for name in ("benchmarks", "docs", "scripts") for path in (ROOT / name).rglob("*.py")
)

# A module may import what has its own rank or a lower one. The longest matching prefix counts.
RANKS = {
    "errors": 0,
    "progress": 0,
    "threads": 0,
    "types": 0,
    "files": 1,
    "metrics": 1,
    "rounding": 1,
    "network": 2,
    "inference": 2,
    "crypto": 2,
    "imaging": 2,
    "zoo": 3,
    "header": 3,
    "transports": 4,
    "pipeline": 5,
    "__init__": 6,
    "batch": 6,
    "training": 6,
    "evaluation": 6,
    "app": 7,
    "cli": 8,
    "__main__": 8,
}
FORBIDDEN = {"network": {"cryptography", "kornia", "pydantic"}}
FORBIDDEN["training"] = FORBIDDEN["network"]
FORBIDDEN["inference"] = FORBIDDEN["network"] | {"torch", "safetensors"}
FORBIDDEN["rounding"] = FORBIDDEN["network"] | {"torch", "safetensors"}
MAX_LINES = 350


def module_name(path: Path) -> str:
    """Dotted name under sshr; a package is named by its `__init__`."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


KNOWN = {module_name(path) for path in MODULES}


def rank(module: str) -> int | None:
    parts = module.split(".")
    prefixes = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((RANKS[prefix] for prefix in prefixes if prefix in RANKS), None)


def imported(tree: ast.AST, module: str) -> Iterator[str]:
    """Absolute dotted names of everything imported anywhere in the tree, functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = ["sshr", *module.split(".")][: -node.level]
                base = ".".join(package + ([base] if base else []))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def inside(name: str, known: set[str]) -> str:
    """The module under sshr that an imported name stands in: the name itself or a parent of it."""
    parts = name.split(".")[1:]
    for n in range(len(parts), 0, -1):
        dotted = ".".join(parts[:n])
        for candidate in (dotted, f"{dotted}.__init__"):
            if candidate in known:
                return candidate
    return "__init__"


def upward_imports(source: str, module: str, known: set[str]) -> list[str]:
    own = rank(module)
    assert own is not None, f"{module} has no rank: add it to RANKS in {Path(__file__).name}"
    names = {n for n in imported(ast.parse(source), module) if n.split(".")[0] == "sshr"}
    targets = {inside(name, known) for name in names}
    return sorted(target for target in targets if (rank(target) or 0) > own)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_module_imports_downwards_only(path: Path) -> None:
    assert upward_imports(path.read_text(), module_name(path), KNOWN) == []


@pytest.mark.parametrize(
    ("module", "source", "found"),
    [
        ("network.mix", "from sshr.header import stream", ["header.stream"]),
        ("network.mix", "def f():\n    import sshr.cli", ["cli"]),
        ("network.mix", "from ..zoo.presets import base", ["zoo.presets"]),
        ("network.__init__", "from . import mix\nfrom .mix import *", []),
        ("network.mix", "from sshr import conceal", ["__init__"]),
        ("pipeline", "from sshr.metrics import psnr", []),
        ("pipeline", "from sshr.evaluation import pairs", ["evaluation.pairs"]),
        ("cli", "from sshr import errors, pipeline\nimport torch", []),
    ],
)
def test_upward_imports_are_recognised(module: str, source: str, found: list[str]) -> None:
    known = {
        *("__init__", "cli", "errors", "pipeline", "header.stream", "zoo.presets"),
        *("network.__init__", "network.mix"),
        *("evaluation.__init__", "evaluation.pairs", "metrics"),
    }
    assert upward_imports(source, module, known) == found


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_learned_parts_know_nothing_of_keys(path: Path) -> None:
    module = module_name(path)
    roots = {name.split(".")[0] for name in imported(ast.parse(path.read_text()), module)}
    assert roots & FORBIDDEN.get(module.split(".")[0], set()) == set()


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


def test_no_class_name_is_used_twice() -> None:
    places: dict[str, list[str]] = {}
    for path in (*MODULES, *SCRIPTS):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert len(places) > 100
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_pictures_have_one_type() -> None:
    found = [path for path in MODULES if re.search(r"^\s*Rgb8\b.* = ", path.read_text(), re.M)]
    assert found == [PACKAGE / "types.py"]


def mirrors(module: str) -> list[Path]:
    """The test files of a module: its name below `tests`, a package's being `package`."""
    *folders, name = module.split(".")
    name = {"__init__": "package"}.get(name, name)
    folder = ROOT.joinpath("tests", *folders)
    return [*folder.glob(f"test_{name}.py"), *folder.glob(f"test_{name}_*.py")]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_module_has_its_tests(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body):
        found = mirrors(module_name(path))
        assert found
        assert any("def test_" in file.read_text() for file in found)


def test_mirrors_are_found_where_they_belong() -> None:
    names = [path.name for path in mirrors("header.reader")]
    assert sorted(names) == ["test_reader.py", "test_reader_damage.py", "test_reader_fuzz.py"]
    assert [path.name for path in mirrors("__init__")] == ["test_package.py"]
    assert mirrors("header.nothing") == []


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("sshr", {"torch", "lightning", "yaml"}),
        ("sshr.cli.commands", {"torch", "lightning", "yaml", "starlette", "uvicorn"}),
        # Transport `sealed` alone needs the range coder: training runs where it is not installed.
        (
            "sshr.training.runner",
            {"constriction", "cryptography", "pydantic", "kornia", "torchvision"},
        ),
    ],
)
def test_importing_a_module_leaves_others_alone(module: str, unwanted: set[str]) -> None:
    script = f"import sys, {module}; print(*(set({sorted(unwanted)}) & sys.modules.keys()))"
    env = os.environ | {"PYTHONPATH": str(SRC)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
