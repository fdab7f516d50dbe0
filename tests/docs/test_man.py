"""The manual page is that of this command line, and every command says how it is used."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
import typer

from sshr.cli.commands import make_app
from sshr.cli.passphrase import KEY_VARIABLE, VARIABLE

MAN = Path(__file__).parents[2] / "docs" / "man"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_man", MAN / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(make: ModuleType) -> None:
    current = (MAN / "sshr.1").read_text("utf-8") == make.page()
    assert current, "the help texts have changed: run `python docs/man/make.py` and commit sshr.1"


def test_every_command_has_an_example(make: ModuleType) -> None:
    found = dict(make.commands(typer.main.get_command(make_app())))
    assert {"conceal", "reveal", "inspect", "models", "train"} <= found.keys()
    without = [name for name, c in found.items() if f"Example: sshr {name}" not in (c.help or "")]
    assert not without, "these commands' docstrings need a line `Example: sshr COMMAND ...`"


def test_the_page_has_every_option_and_exit_code(make: ModuleType) -> None:
    page = make.page().replace("\\-", "-")
    for name, command in make.commands(typer.main.get_command(make_app())):
        section = page.split(f".SS {name}\n")[1].split(".SS")[0]
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                assert all(f"\\fB{option}\\fR" in section for option in parameter.opts)
    codes = {int(code) for code in re.findall(r"^\| (\d+)", (MAN / "../cli.md").read_text(), re.M)}
    assert {0, 1, 2, 12} < codes
    assert all(f"\\fB{code}" in page for code in codes)
    assert all(f"\\fB{name}\\fR" in page for name in (VARIABLE, KEY_VARIABLE))


def test_text_is_not_taken_for_roff(make: ModuleType) -> None:
    assert make.roff(".SH \\n a-b") == "\\&.SH \\en a\\-b"


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_groff_has_nothing_to_say() -> None:
    command = ["groff", "-man", "-Tutf8", "-ww", str(MAN / "sshr.1")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "conceal" in done.stdout
