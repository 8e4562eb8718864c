# Every target works alone on a fresh machine: it makes .venv first. Needs Python 3.11+, make and a package index.
# `make PYTHON=python3.12 test` takes another interpreter; `make test ARGS="-k enum -x"` passes options on.

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
# Made again when the interpreter or this folder's place changes; installed into again when pyproject.toml does.
PLACE := $(shell { $(PYTHON) --version; pwd; } 2>&1 | cksum | cut -d' ' -f1)
STAMP := $(VENV)/installed-$(PLACE)
# Whatever the environment says: the tests start the command hundreds of times, and each would compile it all again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test check sweep bench docs clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "dbstrata needs Python 3.11 or newer, and $(PYTHON) is not; next: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -e $(VENV)/place-$(PLACE) || { echo "making $(VENV)"; rm -rf $(VENV); $(PYTHON) -m venv $(VENV) && touch $(VENV)/place-$(PLACE); } || { \
	  echo "no virtual environment; next: install the venv module of $(PYTHON) (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "installing dbstrata and its tools into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)  ## build a web shop's schema twice, migrate it forward and back on a real server
	$(BIN)/dbstrata demo $(ARGS)

test: $(STAMP)  ## the tests, against real servers
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not sweep" $(ARGS)

check: $(STAMP)  ## style, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/lint-imports

sweep: $(STAMP)  ## the long tests: many schemas there and back
	$(BIN)/python -m pytest -n auto --dist worksteal -m sweep $(ARGS)

bench: $(STAMP)  ## the benchmark
	$(BIN)/python -m bench $(ARGS)
	$(BIN)/python -m bench.mysql

docs: $(STAMP)  ## the manual: what is written from the code, and the site in build/site
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict $(ARGS)

clean:  ## all that was made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
