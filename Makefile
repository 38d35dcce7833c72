# Juru: `make run` starts a demo server; `make check` is what CI runs. Only Python 3.11 or newer is needed.

PORT ?= 8000
DATA ?= var/demo
WORKERS ?= 2
BIN := .venv/bin
# A tree without benchmarks or tests of some kind still checks.
TYPED := $(wildcard src tests bench)
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help setup dev run test check lint types imports bench bench-long lock format clean

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## make .venv with what the server needs
	@scripts/setup.sh runtime

dev:  ## make .venv with what the checks need as well
	@scripts/setup.sh dev

run: setup  ## start the demo on 127.0.0.1:8000 (PORT= and DATA= change it), until interrupted
	@exec $(BIN)/juru demo --data $(DATA) --port $(PORT)

test: dev  ## run the tests (ARGS= is passed to pytest, WORKERS= files run side by side)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: lint types imports test  ## everything that CI runs: format, lint, types, import law, tests

lint: dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: dev
	@$(BIN)/mypy $(TYPED)

imports: dev
	@$(BIN)/lint-imports --no-logo

bench: dev  ## measure speed and memory into build/bench.json
	@mkdir -p build
	@$(BIN)/python -m bench

bench-long: dev  ## the same, with longer runs
	@mkdir -p build
	@$(BIN)/python -m bench --long

lock: dev  ## remake both lock files (UPGRADE=1 lifts every version)
	@scripts/lock.sh

format: dev  ## format, and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean:  ## remove what was built; var/ (data) stays
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find src tests bench -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
