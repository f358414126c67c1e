# What a person types in a clone; `make` alone lists it. Nothing is installed outside of $(VENV).
# Another Python, another environment beside the first:  make test VENV=.venv-3.13 PYTHON=python3.13

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

# make run
PORT     ?= 8000
OPS_PORT ?= 8081
WEB_PORT ?= 8080
RUN_COMMAND = $(BIN)/rallypoint serve games.orbit games.fourline games.cards --bots 3 --replays \
  --port $(PORT) --ops-port $(OPS_PORT) --web-port $(WEB_PORT)

# make test, make soak. ARGS goes to pytest:  make test ARGS='tests/core -k grace'
WORKERS      ?= 2
ARGS         ?=
SOAK_SECONDS ?= 600

# make load
LOAD_COMMAND = $(BIN)/rallypoint load games.orbit --bots 50 --duration 10 --drop 5%/s

# make bench:  make bench BENCH=codec JSON=figures.json.  make conformance:  make conformance CASES='1.* 7.1.5'
BENCH ?=
CASES ?=
JSON  ?=
QUICK ?=
BENCH_COMMAND = $(BIN)/python -m bench $(BENCH) $(if $(JSON),--json $(JSON)) $(if $(QUICK),--quick)

# make simulate SEEDS=1000 FROM=1 JOBS=2 COLLECT=1.  Again:  make simulate SEED=4711,  make simulate SCENARIO=file
SEEDS    ?= 1000
FROM     ?= 1
JOBS     ?= $(WORKERS)
COLLECT  ?=
SEED     ?=
SCENARIO ?=
SIMULATE_COMMAND = $(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),$(if $(SCENARIO),--scenario $(SCENARIO),\
  --seeds $(SEEDS) --from $(FROM) --jobs $(JOBS) $(if $(COLLECT),--collect) $(if $(JSON),--json $(JSON)))) $(ARGS)

# make planted
PLANTED_COMMAND = PLANTED=all $(BIN)/python -m pytest -n $(WORKERS) tests/simulation/test_planted.py $(ARGS)

# make crash ROUNDS=10;  SESSIONS=50: so many of 8, else as many as make LOAD percent of a core
ROUNDS   ?= 10
SESSIONS ?=
LOAD     ?= 80
CRASH_COMMAND = $(BIN)/python -m rallypoint_loadtest.crash --rounds $(ROUNDS) --load $(LOAD) \
  $(if $(SESSIONS),--sessions $(SESSIONS)) $(if $(SEED),--seed $(SEED)) $(if $(JSON),--json $(JSON)) $(ARGS)

# make peers:  make peers JSON=figures.json; the table of a README from it:  make peers TABLE=figures.json
TABLE ?=
PEERS_COMMAND = $(BIN)/python -m bench.peers $(if $(JSON),--json $(JSON)) $(if $(TABLE),--table $(TABLE)) $(if $(QUICK),--quick) $(ARGS)

# Says that this clone's packages are in the environment. The clone's path is in the name, because an editable install
# points at the clone: a copied clone has to install again, or it would run the code of the first.
STAMP = $(VENV)/.installed$(subst /,-,$(CURDIR))

# Tests and benchmarks start hundreds of processes: where this is set, each of them would compile all of the code anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run test check format soak simulate planted crash bench peers load conformance vectors browser screenshots clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make the environment in .venv and install everything into it

# An environment of another Python than the one asked for, or one that no longer runs, is made anew.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "setup: Rallypoint needs Python 3.11 or newer, '$(PYTHON)' is none; choose one: make setup PYTHON=/path/to/python3" >&2; exit 1; }
	@version='import sys; print(sys.version_info[:2])' clear=; \
	if [ "$$($(BIN)/python -c "import pip; $$version" 2>&1)" != "$$($(PYTHON) -c "$$version")" ]; then \
	  echo "setup: making $(VENV) with $$($(PYTHON) --version)"; \
	  if [ -f $(VENV)/pyvenv.cfg ]; then clear=--clear; fi; \
	  $(PYTHON) -m venv $$clear $(VENV); \
	fi
	@echo "setup: installing Rallypoint and its tools into $(VENV), at the versions of constraints.txt"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev,load]'
	@rm -f $(VENV)/.installed*
	@touch $@

run: setup ## Serve the example games with a few bots (PORT=n, OPS_PORT=n, WEB_PORT=n)
	$(RUN_COMMAND)

test: setup ## Run every test (WORKERS=n, ARGS='...' for pytest)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: setup ## Check style, format and types
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy

format: setup ## Put the code into its format and mend what ruff can mend
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format

soak: setup ## Play for ten minutes under faults (SOAK_SECONDS=n)
	SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/python -m pytest -s tests/soak $(ARGS)

simulate: setup ## Play worlds in virtual time, each from a seed (SEEDS=n, COLLECT=1; SEED=n for one)
	@$(SIMULATE_COMMAND)

planted: setup ## Plant each of the known faults in a copy of the code: all must be caught (WORKERS=n)
	$(PLANTED_COMMAND)

crash: setup ## Kill a server under load and start it again (ROUNDS=n, SESSIONS=n, LOAD=percent, SEED=n)
	@$(CRASH_COMMAND)

bench: setup ## Measure (BENCH=name for one, JSON=file for the figures, QUICK=1)
	$(BENCH_COMMAND)

peers: setup ## Measure against Colyseus and a C server, in turn (JSON=file, QUICK=1, TABLE=file)
	@$(PEERS_COMMAND)

load: setup ## Let bots load a server for a few seconds
	$(LOAD_COMMAND)

conformance: setup ## Run the Autobahn WebSocket cases (CASES='7.*' for some, JSON=file)
	set -f; $(BIN)/python -m tests.conformance $(if $(CASES),--cases $(CASES)) $(if $(JSON),--json $(JSON))

vectors: setup ## Write shared/vectors and the trace of docs/protocol.md (ARGS=--trace plays that anew)
	$(BIN)/python -m tests.vectors $(ARGS)

browser: setup ## Play in a real headless browser (needs Chromium)
	$(BIN)/python -m pytest -rs tests/browser $(ARGS)

screenshots: setup ## Take the pictures of the README anew (ONLY=console for some; needs Chromium)
	$(BIN)/python -m tests.browser.screenshots $(ONLY)

clean: ## Remove the environments, caches and build results
	rm -rf .venv .venv-* .ci-proxies build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
