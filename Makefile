# Everything that is done with the project. Each target sets up .venv from the lock files by itself, and is quick when
# nothing has changed. Another Python: make PYTHON=python3.12 ...

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# The tool that writes the lock files, in an environment of its own.
LOCK_VENV := build/lock-venv
PIP_TOOLS := pip-tools==7.6.2
PIP_COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(LOCK_VENV)/bin/python -m piptools compile --quiet --strip-extras \
	--allow-unsafe --all-build-deps --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# One test process more than there are cores, for many tests wait for a server or a disk; whole files on one of them, so that a file's fixtures are made once, in the
# order of tests/conftest.py.
TEST_PROCESSES ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
PYTEST_ARGS ?= --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo test check static bench compiled score simulate connector test-tryton test-compiled lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do \
		printf '%-12s %s\n' "$$name" "$$what"; done

demo: $(VENV)/afletter ## the whole circle on three sample companies, into ./demo
	$(BIN)/afletter demo

test: $(VENV)/afletter $(VENV)/tools ## all tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Types take one core for a minute or two, and so do Tryton and the compiler: they go side by side before the tests, which take all cores.
check: $(VENV)/afletter $(VENV)/tools ## what CI checks: format, lint, types, imports, a real Tryton, the compiled reconciler, tests
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target static test-tryton test-compiled
	$(BIN)/python -m pytest $(PYTEST_ARGS)

static: $(VENV)/afletter $(VENV)/tools ## format, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/afletter $(VENV)/tools compiled ## speed and memory of bank files, of one cycle, of matching alone, of direct debits, messages, postings and pulls, as tables
	$(BIN)/python -m tests.benchmarks.formats
	$(BIN)/python -m tests.benchmarks.cycle
	$(BIN)/python -m tests.benchmarks.matching
	$(BIN)/python -m tests.benchmarks.targets
	$(BIN)/python -m tests.benchmarks.reminders
	$(BIN)/python -m tests.benchmarks.debits
	$(BIN)/python -m tests.benchmarks.messages
	$(BIN)/python -m tests.benchmarks.targets_http
	$(BIN)/python -m tests.benchmarks.pulls

score: $(VENV)/afletter $(VENV)/tools ## labelled worlds: booked by itself, wrong, suggested, per class with 95 % intervals
	$(BIN)/python -m tests.worlds

# The reconciler as machine code, in a folder of its own: what stands in PYTHONPATH before the sources is what runs.
COMPILED := build/compiled
CAN_COMPILE := command -v cc >/dev/null && $(BIN)/python -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
compiled: $(VENV)/afletter $(VENV)/tools ## the reconciler as machine code, into build/compiled (twice as fast; needs a C compiler)
	@if $(CAN_COMPILE); then $(MAKE) --no-print-directory $(COMPILED)/stamp; \
	else echo "No C compiler with Python's headers here (on Debian and Ubuntu: apt-get install gcc python3-dev): nothing is compiled"; fi

$(COMPILED)/stamp: setup.py pyproject.toml requirements-dev.lock $(wildcard ledger/*.py reconcile/*.py)
	@echo "Compiling the reconciler into $(COMPILED) (a minute)"
	@rm -rf $(COMPILED) build/lib* build/temp* build/bdist*
	@AFLETTER_COMPILED=1 $(PIP) install --no-deps --no-build-isolation --no-compile --target $(COMPILED) .
	@touch $@

test-compiled: compiled ## that the compiled reconciler decides as its sources do
	@if [ -e $(COMPILED)/stamp ]; then \
		PYTHONPATH=$(COMPILED):. $(BIN)/python -P -m pytest tests/worlds/same_when_compiled.py tests/unit/reconcile; fi

# Tryton has an environment and a template database of its own; making them takes a minute, once.
TRYTON := .tryton
TRYTON_PYTHON ?= $(PYTHON)
test-tryton: $(VENV)/afletter $(VENV)/tools $(TRYTON)/db/company.sqlite ## against a real Tryton 8.2 with a company in it
	AFLETTER_TRYTON=$(TRYTON) $(BIN)/python -m pytest tests/tryton/real_tryton.py

connector: $(VENV)/afletter $(VENV)/tools ## a new invoice source that looks like the others, with simulator, tests and page (NAME=acme)
	$(BIN)/python -m tests.scaffold $(NAME)

SEED ?= 1
simulate: $(VENV)/afletter $(VENV)/tools ## a year of direct debits with a bank that returns some, a year of reminders, and one to the end of the ladder (SEED=1)
	$(BIN)/python -m tests.simulation.debit_year $(SEED) 365
	$(BIN)/python -m tests.simulation.reminder_year $(SEED) 365
	$(BIN)/python -m tests.simulation.case_year $(SEED) 365

lock: ## write the lock files anew from pyproject.toml, with the oldest Python that we support (3.11)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
		echo "The lock files are made with Python 3.11, for it needs the most packages: make PYTHON=python3.11 lock"; exit 1; }
	$(PYTHON) -m venv --clear $(LOCK_VENV)
	$(LOCK_VENV)/bin/python -m pip --disable-pip-version-check --quiet install $(PIP_TOOLS)
	$(PIP_COMPILE) --upgrade --output-file requirements.lock pyproject.toml
	$(PIP_COMPILE) --upgrade --all-extras --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## remove what make has made: .venv, .tryton, caches, build, demo
	rm -rf $(VENV) $(TRYTON) build dist demo out *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: what was installed when. An environment that broke halfway has no stamp and is made anew.
$(VENV)/packages: requirements.lock
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON) here: install Python 3.11 or later, or say make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "afletter needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Say make PYTHON=python3.12, for instance."; \
		exit 1; }
	@echo "Setting up $(VENV) from requirements.lock (a minute or two)"
	@$(PYTHON) -m venv --clear $(VENV) || { \
		echo "$(PYTHON) cannot make an environment; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

# The project itself, as it stands in this folder; nothing is fetched for it.
$(VENV)/afletter: $(VENV)/packages pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(TRYTON)/packages: tests/tryton/requirements.txt
	@echo "Setting up Tryton in $(TRYTON) (a minute)"
	@$(TRYTON_PYTHON) -m venv --clear $(TRYTON)/v
	@$(TRYTON)/v/bin/python -m pip --disable-pip-version-check --no-input --quiet install --only-binary :all: \
		--requirement tests/tryton/requirements.txt
	@touch $@

$(TRYTON)/db/company.sqlite: $(TRYTON)/packages tests/tryton/company.py
	@mkdir -p $(TRYTON)/db
	@rm -f $(TRYTON)/db/*
	@printf '[database]\nuri = sqlite://\npath = %s/$(TRYTON)/db\n' "$$PWD" >$(TRYTON)/trytond.conf
	@echo "an administrator's password" >$(TRYTON)/password
	@TRYTONPASSFILE=$(TRYTON)/password $(TRYTON)/v/bin/python tests/tryton/company.py $(TRYTON)/trytond.conf making
	@mv $(TRYTON)/db/making.sqlite $@

$(VENV)/tools: $(VENV)/packages requirements-dev.lock
	@echo "Adding the tools of requirements-dev.lock"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@
