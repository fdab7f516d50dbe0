PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := pyproject.toml constraints.txt

.PHONY: help demo test lint docs wheel docker clean

help:
	@sed -n 's/^\([a-z]*\):.*## /make \1: /p' $(MAKEFILE_LIST)

demo: $(VENV)/.demo-stamp  ## conceal one photograph in another and reveal it
	$(BIN)/python examples/demo.py

test: $(VENV)/.dev-stamp  ## run the tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/.dev-stamp  ## check style and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

docs: $(VENV)/.dev-stamp  ## build the site into build/docs; warnings are errors
	$(BIN)/python -m sphinx -b html -W --keep-going -q docs build/docs

wheel: $(VENV)/.release-stamp  ## build and check what is released, in dist/
	rm -rf dist
	$(BIN)/python -m build --outdir dist
	$(BIN)/python -m twine check --strict dist/*

docker:  ## build the image sshr, where a Docker engine runs
	scripts/build_docker.sh

clean:  ## remove what was built, but not .venv
	rm -rf demo build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests examples benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo-stamp: $(INSTALLED) | $(BIN)/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e .
	touch $@

$(VENV)/.dev-stamp: $(INSTALLED) | $(BIN)/python
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[dev]"
	touch $@ $(VENV)/.demo-stamp

$(VENV)/.release-stamp: $(INSTALLED) | $(BIN)/python
	$(BIN)/python -m pip install --quiet -c constraints.txt build twine
	touch $@
