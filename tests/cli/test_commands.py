"""The commands put together: their help and the version."""

import re
from collections.abc import Callable
from typing import Any

import pytest

import sshr


@pytest.mark.parametrize("command", [[], ["conceal"], ["reveal"], ["inspect"], ["models"]])
def test_help_names_the_options_and_no_passphrase_argument(
    cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    said = cli(*command, "--help")
    assert (said.code, said.err) == (0, "")
    if command in (["conceal"], ["reveal"], ["inspect"]):
        options = set(re.findall(r"--[a-z][a-z-]*", said.out))
        assert {"--reference", "--passphrase-file", "--no-passphrase", "--json"} <= options
        assert "--passphrase" not in options


def test_version(cli: Callable[..., Any]) -> None:
    said = cli("--version")
    assert (said.code, said.out) == (0, f"sshr {sshr.__version__}\n")
