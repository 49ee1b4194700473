# Needs make and Python 3.11 or later; everything else is installed into .venv from the lock.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format bench docs cover cover-gate mutate ucum readers lock clean
SHELL := /bin/bash

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
# The first of the candidates that is new enough; `make PYTHON=...` overrides it.
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	"$$p" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := -m pip --disable-pip-version-check --no-input -qq

JOBS ?= 2
TEST_ARGS ?=
LOCK_ARGS ?=

# Folders whose branches must be tested, FLOOR percent of each.
COVERED := engine language checks
FLOOR := 100
MEASURED := import json, sys; json.load(sys.stdin)["totals"]["num_statements"] \
	or sys.exit("Nothing was measured in this folder.")
MUTMUT := mutmut==3.8.1

help: ## show this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

# --- the environment --------------------------------------------------------------------------

$(READY): requirements-dev.lock pyproject.toml
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 || { \
		echo "regimen needs Python 3.11 or later, and no such python3 was found." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Preparing $(VENV) with $$("$(PYTHON)" --version) ..."
	@"$(PYTHON)" -m venv --clear $(VENV) || { \
		echo "This Python cannot make a virtual environment;" >&2; \
		echo "on Debian and Ubuntu, install the package python3-venv." >&2; exit 1; }
	@$(BIN)/python $(PIP) install --require-hashes -r requirements-dev.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q regimen  # as pip does with what it copies
	@touch $@

# --- using it ---------------------------------------------------------------------------------

run: $(READY) ## plan, schedule, total and export the worked example into out/
	@mkdir -p out
	@rm -f out/plan.yaml out/calendar.ics out/calendar.csv out/calendar.html
	$(BIN)/regimen plan new b12-acth-infantile-spasms --start 2026-03-02 \
		--set twice_weekly_for="2 weeks" --by "example" -o out/plan.yaml
	$(BIN)/regimen schedule out/plan.yaml
	$(BIN)/regimen totals out/plan.yaml
	$(BIN)/regimen schedule out/plan.yaml -o out/calendar.ics
	$(BIN)/regimen schedule out/plan.yaml -o out/calendar.csv
	$(BIN)/regimen schedule out/plan.yaml -o out/calendar.html

# --- checking it ------------------------------------------------------------------------------

test: $(READY) ## run the tests; TEST_ARGS="tests/unit -k taper" narrows them
	@$(BIN)/python -m pytest -n $(JOBS) $(TEST_ARGS)

check: $(READY) ## formatting, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(READY) ## format the code and apply the safe lint fixes
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

cover: $(READY) ## run the tests, then require the branches of engine, language and checks
	@$(MAKE) --no-print-directory test TEST_ARGS="$(TEST_ARGS) --cov --cov-report="
	@$(MAKE) --no-print-directory cover-gate

# Judges the data of the last covered run, one folder at a time: a folder in which nothing
# was measured fails too.
cover-gate: $(READY)
	@for folder in $(COVERED); do \
		echo "Branch coverage of regimen/$$folder:"; \
		$(BIN)/python -m coverage json -q --include="regimen/$$folder/*" -o - \
			| $(BIN)/python -c '$(MEASURED)' || exit 1; \
		$(BIN)/python -m coverage report --include="regimen/$$folder/*" --fail-under=$(FLOOR) || exit 1; \
	done

bench: $(READY) ## measure the speed of the program
	@$(BIN)/python -m tests.bench.run

# Changes the engine's code in one small way at a time, and shows the changes that no test
# noticed. It takes long. mutmut brings packages of its own, so it has an environment of its
# own: the locked packages plus mutmut. What is mutated and which tests are run stands under
# [tool.mutmut] in pyproject.toml; the changed copies are in mutants/.
# MUTATE="regimen.engine.taper*" narrows it.
MUTATE ?=
mutate: .venv-mutate/.ready ## change the engine bit by bit: does a test notice?
	@EXAMPLES=few .venv-mutate/bin/mutmut run $(if $(MUTATE),"$(MUTATE)")
	@.venv-mutate/bin/mutmut results

.venv-mutate/.ready: $(READY) Makefile
	@$(BIN)/python -m venv --clear .venv-mutate
	@.venv-mutate/bin/python $(PIP) install --require-hashes -r requirements-dev.lock
	@.venv-mutate/bin/python $(PIP) install --no-deps --no-build-isolation -e .
	@.venv-mutate/bin/python $(PIP) install $(MUTMUT) \
		-c <(.venv-mutate/bin/python -m pip freeze --exclude-editable)
	@touch $@

# UCUM's own validator runs on Node. Its verdicts are kept with the tests, which need no Node.
UCUM := @lhncbc/ucum-lhc@7.1.10
ucum: $(READY) ## ask UCUM's validator about every unit code we write; needs Node and npm
	@mkdir -p build/ucum && cd build/ucum && npm install --no-save --silent --no-audit $(UCUM)
	@PYTHONPATH=. $(BIN)/python tests/properties/ucum/codes.py \
		| (cd build/ucum && node "$(CURDIR)/tests/properties/ucum/judge.mjs" \
			"$(CURDIR)/tests/properties/ucum/verdicts.json")

# ical.js runs on Node, and libical is the C library of GNOME and KDE (Debian: libical3). What they
# read in our calendars is kept with the tests, which need neither.
ICAL_JS := ical.js@2.2.1
readers: $(READY) ## have ical.js and libical read our calendars; needs Node, npm and libical
	@mkdir -p build/readers && cd build/readers && npm install --no-save --silent --no-audit $(ICAL_JS)
	@PYTHONPATH=. $(BIN)/python -m tests.properties.readers.judge build/readers

# --- the rest ---------------------------------------------------------------------------------

docs: $(READY) ## build the documentation
	@$(BIN)/python -m docs.build

# Resolves for every Python from 3.11 on and every system at once, without naming an index.
# LOCK_ARGS=--upgrade moves to the newest releases.
lock: ## write requirements-dev.lock anew after a change of dependencies
	@test -x .venv-lock/bin/uv || { "$(PYTHON)" -m venv --clear .venv-lock \
		&& .venv-lock/bin/python $(PIP) install uv; }
	@.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --extra holidays --extra xlsx $(LOCK_ARGS) \
		-o requirements-dev.lock pyproject.toml requirements-dev.in

clean: ## remove everything that was built, the environments included
	@rm -rf .venv .venv-lock .venv-mutate out build dist site mutants htmlcov
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
	@find . -path ./.git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
