"""The files around the package agree with one another: versions, workflow, image, package data."""

import os
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

import sshr

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
SCRIPTS = sorted((ROOT / "scripts").glob("*.sh"))
SOURCE_TREE_ONLY = ["evaluation/weights/*"]
"""Too large for the wheel; docs/rivals.md says so."""


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def pythons() -> list[str]:
    """The versions that the classifiers name."""
    found = "\n".join(PROJECT["project"]["classifiers"])
    return re.findall(r"^Programming Language :: Python :: (3\.\d+)$", found, re.MULTILINE)


def test_one_version_everywhere() -> None:
    version = PROJECT["project"]["version"]
    assert sshr.__version__ == version
    assert read("CITATION.cff")["version"] == version
    assert f"\n## [{version}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_workflow_tests_every_python_that_is_promised() -> None:
    jobs = read(".github/workflows/ci.yml")["jobs"]
    assert set(jobs) == {"lint", "test", "docs", "wheel"}
    versions = jobs["test"]["strategy"]["matrix"]["python"]
    assert versions == pythons()
    assert PROJECT["project"]["requires-python"] == f">={versions[0]}"
    for job in jobs.values():
        assert job["timeout-minutes"] <= 60


def test_what_the_workflow_runs_is_there() -> None:
    jobs = read(".github/workflows/ci.yml")["jobs"]
    lines = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert len(lines) > 5
    for line in lines:
        word, *rest = line.split()
        if word == "make":
            assert re.search(rf"^{rest[0]}:", MAKEFILE, re.MULTILINE), line
        else:
            assert (ROOT / word).is_file(), line


def test_every_goal_of_make_says_what_it_does() -> None:
    declared = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert declared is not None
    told = set(re.findall(r"^([a-z]+):.*## \S", MAKEFILE, re.MULTILINE))
    assert told == set(declared[1].split()) - {"help"}


def test_hooks_and_forms_are_read() -> None:
    hooks = [hook for repo in read(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    for hook in hooks:
        for word in hook["entry"].split()[1:]:
            assert not word.endswith(".py") or (ROOT / word).is_file()
    forms = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    bodies = [yaml.safe_load(path.read_text("utf-8")).get("body") for path in forms]
    assert len([body for body in bodies if body]) == 2


@pytest.mark.skipif(os.name == "nt", reason="no bash")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_bash_and_may_run(path: Path) -> None:
    assert os.access(path, os.X_OK)
    done = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "set -euo pipefail" in path.read_text("utf-8")


def test_the_wheel_holds_every_file_that_the_package_reads() -> None:
    package = ROOT / "src" / "sshr"
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["sshr"] + SOURCE_TREE_ONLY
    for path in package.rglob("*"):
        name = path.relative_to(package).as_posix()
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            assert any(fnmatch(name, pattern.replace("**/", "*")) for pattern in patterns), name


def test_the_image_is_small_and_nobody_is_root_in_it() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    said = [line.split(maxsplit=1) for line in lines if line[:1].isupper()]
    last = dict(said)
    assert last["USER"] == "1000"
    assert last["ENTRYPOINT"] == '["sshr"]'
    bases = [rest.split(" AS ")[0] for word, rest in said if word == "FROM"]
    assert set(bases) == {f"python:{pythons()[-2]}-slim"}
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[0] == "*"
    copied = [
        name
        for word, rest in said
        if word == "COPY" and "--" not in rest
        for name in rest.split()[:-1]
    ]
    for name in copied:
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored
