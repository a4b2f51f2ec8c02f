# mcmgraph: `make run` serves the graph, `make test` runs everything. Needs Python 3.11 with venv, make and git.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.current
STORE ?= var/mcmgraph.sqlite
PORT ?= 8000
BENCH_SIZE ?= full

.PHONY: help setup run test check format lock bench bench-guard quality clean

help:  ## What there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(STAMP)  ## Make .venv from the lock file (nothing to do when it is current)

$(STAMP): requirements.lock pyproject.toml package.json package-lock.json hatch_build.py
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed. On Debian: sudo apt-get install python3.11 python3.11-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is needed. On Debian: sudo apt-get install python3.11-venv"; exit 1; }
	@echo "Making $(VENV) from requirements.lock: some minutes the first time, nothing afterwards."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: setup  ## Load the curated graph and serve API and explorer on 127.0.0.1:8000
	@MCMGRAPH_STORE="$${MCMGRAPH_STORE:-$(STORE)}" $(BIN)/mcmgraph load --if-changed --plain
	@MCMGRAPH_STORE="$${MCMGRAPH_STORE:-$(STORE)}" $(BIN)/mcmgraph serve --port $(PORT)

check: setup  ## Format, lint and types, as the tests are run
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test: check  ## The whole suite, in a process a core (at most four)
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadgroup

format: setup  ## Write the format and the safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup  ## Work out requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --all-extras --no-emit-index-url --no-header pyproject.toml -o requirements.lock

bench: setup  ## Measure at 100k entities and 1M links, write docs/performance.md (BENCH_SIZE=quick or tenfold for others)
	$(BIN)/python -m benchmarks --size $(BENCH_SIZE)
	$(BIN)/python -m benchmarks.neo4j_bench --size $(if $(filter tenfold,$(BENCH_SIZE)),full,$(BENCH_SIZE))

bench-guard: setup  ## Hold the ratios of a quick run against benchmarks/budgets.json
	$(BIN)/python -m benchmarks --size quick --guard

quality: setup  ## Measure the automatic links on hand-labelled sets, write docs/quality.md
	$(BIN)/python -m benchmarks.quality

clean:  ## Remove what was made here
	rm -rf $(VENV) var dist node_modules api/explorer/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis
