# Everything a developer or a build server runs. Needs Python 3.11 or newer and make; fetches the rest by itself.

PYTHON ?= python3
PG ?= 18
WORKERS ?= auto
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ENGINES_STAMP := $(VENV)/.installed-engines
BROKER_STAMP := tests/kafka/broker/target/classpath.txt
SDK_STAMP := sdk-js/node_modules/.installed
# The SDK's tools and the clients of others that tests run; tests that need them are skipped without npm.
NPM_STAMPS := $(SDK_STAMP) tests/clients/node_modules/.package-lock.json tests/reads/node_modules/.package-lock.json
MAVEN_STAMP := tests/clients/mobile/target/classpath.txt

.DEFAULT_GOAL := help
.PHONY: help install tools sdk manifest phone-plans given-names test test-faults test-engines fuzz lint format docs demo bench-latency bench-ingest bench-resolve bench-identity bench-tenants bench-sessions bench-metrics bench-segments bench-sync bench-activation bench-agents bench-scoring bench-relay bench-kafka bench-crash bench-abuse bench-import bench-lake release-snapshot wheel clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

install: $(STAMP) ## Make .venv with c360 and everything the tests need

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(ENGINES_STAMP): $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,engines]'
	@touch $@

tests/%/node_modules/.package-lock.json: tests/%/package.json tests/%/package-lock.json
	npm ci --prefix tests/$* --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(MAVEN_STAMP) $(BROKER_STAMP): tests/%/target/classpath.txt: tests/%/pom.xml
	@mvn --quiet --batch-mode --file $< dependency:build-classpath -Dmdep.outputFile=target/classpath.txt

tools: ## Install what some tests and benchmarks run besides and are skipped without (Debian, as root): chromium, mosquitto, wrk
	@command -v chromium >/dev/null && command -v mosquitto >/dev/null && command -v wrk >/dev/null || { apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium mosquitto wrk >/dev/null; }

$(SDK_STAMP): sdk-js/package.json sdk-js/package-lock.json
	@cd sdk-js && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

sdk: $(SDK_STAMP) ## Build the JavaScript SDK into sdk-js/dist (needs Node 20)
	@cd sdk-js && node build.js

manifest: ## Write pg/manifest.sql anew after changing a SQL file
	@PYTHONPATH=controlplane $(PYTHON) -m c360.installer.manifest

phone-plans: $(STAMP) ## Write numbering plans and names of countries anew from the metadata of phonenumbers and babel
	$(BIN)/python tools/phone_plans/generate.py

given-names: $(STAMP) ## Write the given names that are known anew from the data of faker
	$(BIN)/python tools/given_names/generate.py

test: $(STAMP) ## Run the tests (PG=16|17|18 chooses the server, ARGS passes through to pytest)
	@if command -v npm > /dev/null; then $(MAKE) --silent --keep-going $(NPM_STAMPS) \
		|| echo 'npm cannot fetch all it should: tests that need it are skipped' >&2; fi
	@if command -v mvn > /dev/null; then $(MAKE) --silent $(MAVEN_STAMP) \
		|| echo 'maven cannot fetch the client for Android: its test is skipped' >&2; fi
	@# Rewritten assertions and our own modules are compiled once, also where the environment forbids it.
	PYTHONDONTWRITEBYTECODE= PG=$(PG) $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

test-faults: $(STAMP) ## Run the long tests that kill, stop and cut real processes (PG=16|17|18, ARGS as for test)
	PYTHONDONTWRITEBYTECODE= PG=$(PG) $(BIN)/python -m pytest --numprocesses 2 --dist worksteal -m long $(ARGS)

test-engines: $(ENGINES_STAMP) ## Run the tests on object stores, brokers and readers of others, which are fetched (PG, ARGS as for test)
	@if command -v mvn > /dev/null; then $(MAKE) --silent $(BROKER_STAMP) \
		|| echo 'maven cannot fetch the broker of Kafka: its tests are skipped' >&2; fi
	PYTHONDONTWRITEBYTECODE= PG=$(PG) $(BIN)/python -m pytest -m engines $(ARGS)

fuzz: $(STAMP) ## Ask the gateway whatever its OpenAPI allows, and what not, for ten minutes
	PG=$(PG) $(BIN)/python -m pytest tests/gateway/test_openapi_fuzz.py --fuzz-seconds 600 --capture no $(ARGS)

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

bench-ingest: $(STAMP) ## Measure taking events in: SQL beside COPY, HTTP beside an empty endpoint, under a flood
	$(BIN)/python -m benchmarks.ingest $(ARGS)

bench-import: $(STAMP) ## Measure importing a file of a million customers beside COPY, its memory, and stopping it (ARGS='--rows 100000')
	$(BIN)/python -m benchmarks.importing $(ARGS)

bench-lake: $(STAMP) ## Measure the lake beside a plain COPY: export, verify, drop, restore, one person erased (ARGS='--rows 100000')
	$(BIN)/python -m benchmarks.lake $(ARGS)

bench-resolve: $(STAMP) ## Measure identity resolution: rows a second, statements, latency of one identify
	$(BIN)/python -m benchmarks.resolve $(ARGS)

bench-identity: $(STAMP) ## Measure accuracy and speed of identity resolution beside Splink (ARGS='--data FILE.csv' for a file of yours)
	@$(BIN)/python -c 'import splink' 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,bench]'
	$(BIN)/python -m benchmarks.identity $(ARGS)

bench-tenants: $(STAMP) ## Measure what a thousand tenants cost to make and to keep (ARGS='--tenants 100')
	$(BIN)/python -m benchmarks.tenants $(ARGS)

bench-metrics: $(STAMP) ## Measure metrics: of a million events, of a batch that just came, and reading them
	$(BIN)/python -m benchmarks.metrics $(ARGS)

bench-sessions: $(STAMP) ## Measure working out visits: of a million events, and of a batch that just came
	$(BIN)/python -m benchmarks.sessions $(ARGS)

bench-segments: $(STAMP) ## Measure segments: of golden records that were touched, and of everybody
	$(BIN)/python -m benchmarks.segments $(ARGS)

bench-sync: $(STAMP) ## Measure an attribute added beside writers: until it is there, until its index is, and how long a writer waits
	$(BIN)/python -m benchmarks.sync $(ARGS)

bench-activation: $(STAMP) ## Measure rules of activation: persons decided a second, a preview of everybody, the question before sending
	$(BIN)/python -m benchmarks.activation $(ARGS)

bench-agents: $(STAMP) ## Measure the context of a person that an agent asks for
	$(BIN)/python -m benchmarks.agents $(ARGS)

bench-scoring: $(STAMP) ## Measure models of purchases beside lifetimes: fits, and scores of a million customers
	@$(BIN)/python -c 'import lifetimes' 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,bench]'
	$(BIN)/python -m benchmarks.scoring $(ARGS)

bench-relay: $(STAMP) ## Measure webhooks: speed beside a bare client loop, cost for producers, latency, a long backlog
	$(BIN)/python -m benchmarks.relay $(ARGS)

bench-kafka: $(STAMP) $(BROKER_STAMP) ## Send a topic to Kafka beside a bare producer (fetches a broker with Maven)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.kafka $(ARGS)

bench-crash: $(STAMP) ## Kill -9 daemon and server in the middle of traffic, round after round, and count what is missing
	$(BIN)/python -m benchmarks.crash $(ARGS)

bench-abuse: $(STAMP) ## Attack a gateway in every way that costs little and measure somebody beside it (ARGS='--soak-minutes 10')
	$(BIN)/python -m benchmarks.abuse $(ARGS)

release-snapshot: $(STAMP) ## Freeze the present version as a release that databases are upgraded from, on the day it is published
	PYTHONPATH=tests:controlplane:cli $(BIN)/python tests/migrations/freeze_release.py

wheel: $(STAMP) ## Build the wheel into dist/
	$(BIN)/python -m build --wheel

clean: ## Remove what the other targets made
	rm -rf $(VENV) tests/clients/mobile/target sdk-js/node_modules .pg .demo dist build .pytest_cache .ruff_cache .mypy_cache .hypothesis
