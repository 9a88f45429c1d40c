# `make run`, `make test`: a Python 3.11 or later with pip is all they need. Nothing else is installed.
SHELL := /bin/sh
PYTHON ?= python3
ARGS ?=
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: run test torture lint bench lock clean
.DEFAULT_GOAL := run

run: $(INSTALLED)
	@exec $(BIN)/python -m cinema dev $(ARGS)

# One run, one closing line: tests/conftest.py keeps the tests that stall servers or drive a
# browser together in one process, beside the others.
test: lint
	$(BIN)/pytest -q -n $(JOBS) --dist loadgroup

# Races, walks and deaths for as long as asked: `make torture ROUNDS=5000`.
ROUNDS ?= 5000
torture: $(INSTALLED)
	ROUNDS=$(ROUNDS) $(BIN)/pytest -q -m torture --timeout 0

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/lock.py --check
	$(BIN)/pytest -q -p no:xdist tests/test_migrations.py -k offline

bench: $(INSTALLED)
	@for module in $$(grep -l __main__ bench/*.py | sed 's|/|.|; s|\.py$$||'); do \
		echo "== $$module"; $(BIN)/python -m $$module || exit 1; done

# requirements-dev.txt comes first, from pyproject.toml: pip-compile, as its head says.
lock: $(INSTALLED)
	$(BIN)/python scripts/lock.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(INSTALLED): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the requirements into $(VENV) (once)..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input \
		--root-user-action=ignore --require-hashes -r requirements-dev.txt
	@touch $@
