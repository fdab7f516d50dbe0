"""Writes `sshr.1`, the manual page, from the help texts of the command line.

python docs/man/make.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from sshr import __version__
from sshr.cli.commands import make_app

PAGE = Path(__file__).with_name("sshr.1")

ENVIRONMENT = (
    ("SSHR_PASSPHRASE", "The passphrase, where no option gives a file with it."),
    ("SSHR_KEY_PASSPHRASE", "That of a protected private key, likewise."),
    ("SSHR_DEBUG", "Set to 1, an unexpected failure shows where it happened."),
    ("OMP_NUM_THREADS", "Threads at most, for each process."),
)


def page() -> str:
    """The whole page in roff."""
    root = typer.main.get_command(make_app())
    lines = [
        '.\\" Made by docs/man/make.py; change the help texts instead.',
        f'.TH SSHR 1 "" "sshr {__version__}" "User Commands"',
        ".SH NAME",
        "sshr \\- conceal a picture, file or text in a new picture, and reveal it again",
        ".SH SYNOPSIS",
        "\\fBsshr\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]",
        ".SH DESCRIPTION",
        roff(root.help),
        ".SH OPTIONS",
        *options(root),
        ".SH COMMANDS",
    ]
    for name, command in commands(root):
        lines += [f".SS {roff(name)}", *body(name, command)]
    lines += [".SH EXIT STATUS", *exit_codes(), ".SH ENVIRONMENT"]
    for name, meaning in ENVIRONMENT:
        lines += [".TP", f"\\fB{roff(name)}\\fR", roff(meaning)]
    lines += [
        ".SH SHELL COMPLETION",
        "\\fBsshr \\-\\-install\\-completion\\fR installs it for the shell that it is run in,",
        "\\fBsshr \\-\\-show\\-completion\\fR prints it.",
    ]
    return "\n".join(lines) + "\n"


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every visible command with its name, those of groups under both names."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def body(name: str, command: Any) -> list[str]:
    """Synopsis, what it does, an example, arguments and options of one command."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    told = [f"[{p.name.upper()}]" if not p.required else p.name.upper() for p in arguments]
    wanted = [p for p in command.params if p.param_type_name == "option" and p.required]
    told += [f"{p.opts[0]} {p.name.upper()}" for p in wanted]
    lines = [f"\\fBsshr {roff(name)}\\fR {roff(' '.join([*told, '[OPTIONS]']))}"]
    for paragraph in command.help.split("\n\n"):
        lines += [".PP", roff(" ".join(paragraph.split()))]
    for parameter in arguments:
        lines += [".TP", f"\\fI{roff(parameter.name.upper())}\\fR", roff(parameter.help or "")]
    return [*lines, *options(command)]


def options(command: Any) -> Iterator[str]:
    """The visible options: names, meaning, and the default where there is one."""
    for parameter in command.params:
        if parameter.param_type_name != "option" or parameter.hidden:
            continue
        names = ", ".join(
            f"\\fB{roff(n)}\\fR" for n in (*parameter.opts, *parameter.secondary_opts)
        )
        value = "" if parameter.is_flag else f" \\fI{roff(parameter.name.upper())}\\fR"
        default = parameter.default
        said = parameter.help or ""
        if not parameter.is_flag and isinstance(default, str | int | float):
            said = f"{said} Default: {default}."
        yield from (".TP", names + value, roff(said))


def exit_codes() -> Iterator[str]:
    """The table of docs/cli.md, which names what every command ends with."""
    rows = (PAGE.parents[1] / "cli.md").read_text("utf-8").split("| code | meaning |", 1)[1]
    for row in rows.splitlines()[2:]:
        if not row.startswith("|"):
            return
        code, meaning = (cell.strip() for cell in row.strip("|").split("|", 1))
        yield from (".TP", f"\\fB{roff(code)}\\fR", roff(meaning.replace("`", "")))


def roff(text: str) -> str:
    """Text that roff prints as it is."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    sys.exit(0)
