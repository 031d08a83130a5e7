# What a developer runs. Needs Python 3.11 or later and make; everything else is set up in .venv, once.

VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.regrade-ready
RECENT := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$each" -c '$(RECENT)' 2>/dev/null && echo "$$each" && break; done)

.PHONY: help demo test check soak bench clean

help:
	@echo "make demo    a workspace on real flights: open it"
	@echo "make test    the tests"
	@echo "make check   lint, format, types, layers"
	@echo "make soak    thousands of kills, merges and faults: about ten minutes"
	@echo "make bench   measurements beside a peer"
	@echo "make clean   everything away that can be made again"

demo: $(READY)
	$(BIN)/regrade demo demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not soak"

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: $(READY)
	$(BIN)/python -m pytest -n auto -m soak

bench: $(READY)
	$(BIN)/regrade demo demo --no-open
	set -e; for script in fold evalset_git log_queries compare; do echo "— $$script"; $(BIN)/python bench/$$script.py; done
	$(BIN)/python bench/first_paint.py --demo demo

# demo/ stays: what was decided in it is somebody's work.
clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests bench sample_data -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "regrade needs Python 3.11 or later; name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "setting up $(VENV): a minute or two, this once"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@
