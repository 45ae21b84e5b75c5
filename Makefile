# Everything a developer or a build server runs. Needs Python 3.11 or newer and make; fetches the rest by itself.

PYTHON ?= python3
PG ?= 18
WORKERS ?= auto
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install manifest phone-plans test lint format docs demo bench-latency bench-ingest bench-resolve bench-identity bench-tenants bench-crash release-snapshot wheel clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: $(STAMP) ## Make .venv with c360 and everything the tests need

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

manifest: ## Write pg/manifest.sql anew after changing a SQL file
	@PYTHONPATH=controlplane $(PYTHON) -m c360.installer.manifest

phone-plans: $(STAMP) ## Write numbering plans and names of countries anew from the metadata of phonenumbers and babel
	$(BIN)/python tools/phone_plans/generate.py

test: $(STAMP) ## Run the tests (PG=16|17|18 chooses the server, ARGS passes through to pytest)
	PG=$(PG) $(BIN)/python -m pytest --numprocesses $(WORKERS) $(ARGS)

lint: $(STAMP) ## Check style, types, names in SQL that a column could take, and the manifest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@PYTHONPATH=tests:controlplane $(BIN)/python -m support.sql_names
	@PYTHONPATH=controlplane $(BIN)/python -m c360.installer.manifest --check \
		|| { echo 'pg/manifest.sql is not current: run "make manifest"' >&2; exit 1; }

format: $(STAMP) ## Format the Python code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## Write the generated parts of docs/reference anew
	$(BIN)/python docs/generate.py

demo: $(STAMP) ## Play real orders through c360 and show what came of them (DEMO_EXIT=1 ends by itself)
	$(BIN)/python -m c360.demo

bench-latency: $(STAMP) ## Measure commit to webhook on an idle machine
	$(BIN)/python -m benchmarks.latency

bench-ingest: $(STAMP) ## Measure events a second through c360.ingest in one session
	$(BIN)/python -m benchmarks.ingest $(ARGS)

bench-resolve: $(STAMP) ## Measure identity resolution: rows a second, statements, latency of one identify
	$(BIN)/python -m benchmarks.resolve $(ARGS)

bench-identity: $(STAMP) ## Measure accuracy and speed of identity resolution beside Splink (ARGS='--data FILE.csv' for a file of yours)
	@$(BIN)/python -c 'import splink' 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,bench]'
	$(BIN)/python -m benchmarks.identity $(ARGS)

bench-tenants: $(STAMP) ## Measure what a thousand tenants cost to make and to keep (ARGS='--tenants 100')
	$(BIN)/python -m benchmarks.tenants $(ARGS)

bench-crash: $(STAMP) ## Kill -9 daemon and server in the middle of traffic, round after round, and count what is missing
	$(BIN)/python -m benchmarks.crash $(ARGS)

release-snapshot: $(STAMP) ## Freeze the present version as a release that databases are upgraded from, on the day it is published
	PYTHONPATH=tests:controlplane:cli $(BIN)/python tests/migrations/freeze_release.py

wheel: $(STAMP) ## Build the wheel into dist/
	$(BIN)/python -m build --wheel

clean: ## Remove what the other targets made
	rm -rf $(VENV) .pg .demo dist build .pytest_cache .ruff_cache .mypy_cache .hypothesis
