# Two commands from nothing: `make demo` and `make test`. Every target first makes what the checkout lacks
# (tooling/setup: .venv, Node, Azurite), which takes about a minute once and a fraction of a second afterwards.
#
#   make demo                                     a cluster loses an agent and gets it back
#   make demo ARGS="--scenario storm --json"      another story, as data
#   make run                                      the same, and everything stays up to play with
#   make test                                     every check and every test
#   make test ARGS="-k ledger"                    some of the tests
#   make bench                                    the table of benchmarks
#   make repair-time                              the race with models of other repairers, in some ten minutes
#   make scaling                                  the race with a model of another autoscaler, in some eight minutes
#   make simulate SEEDS=2000 FIRST=1             random worlds under random faults, watched by one who knows the truth
#   make simulate REAL=1 SEEDS=300                the same through the real adapters, against the simulator
#   make fuzz SECONDS=600 SEED=1                  look for input that a translator cannot bear; guided with atheris
#   make lint                                     the checks alone
#   make templates                                what a scanner says of the templates in infra/
#   make format                                   lay out the code and sort its imports
#   make lock                                     resolve the dependencies anew
#   make setup                                    what every target does first, and no more
#   make clean                                    remove everything that was made

MAKEFLAGS += --no-print-directory
ARGS ?=
JOBS ?= 2
SECONDS ?= 600
SEED ?= 1
SEEDS ?= 2000
FIRST ?= 1
# Compiled modules are kept, in a place of their own. Many containers forbid that, and then pytest's processes and every
# program that the tests start compile everything anew, which takes seconds each.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.tools/bytecode
PYTHON := .venv/bin/python
RUFF := .venv/bin/ruff

.PHONY: help setup demo run bench repair-time scaling simulate fuzz lint templates test format lock clean

help:
	@while IFS= read -r line; do case "$$line" in \#*) echo "$${line#\#}";; *) break;; esac; done < Makefile

setup:
	@$(SHELL) tooling/setup

demo: setup
	@$(PYTHON) -m simulator.demo $(ARGS)

run: setup
	@$(PYTHON) -m simulator.demo --keep $(ARGS)

bench: setup
	@$(PYTHON) -m benchmarks $(ARGS)

repair-time: setup
	@$(PYTHON) -m benchmarks.repair_time $(ARGS)

scaling: setup
	@$(PYTHON) -m benchmarks.scaling $(ARGS)

simulate: setup
	@$(PYTHON) -m tests.simulation --first $(FIRST) --seeds $(SEEDS) --jobs $(JOBS) $(if $(REAL),--real) $(ARGS)

fuzz: setup
	@$(SHELL) tooling/setup fuzz
	@$(PYTHON) -m tests.fuzz --seconds $(SECONDS) --seed $(SEED) $(ARGS)

lint: setup
	$(RUFF) check --quiet --output-format=concise .
	$(RUFF) format --check --quiet .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports --no-cache
	.tools/node console/node_modules/typescript/bin/tsc --noEmit --project console

templates: setup
	@$(SHELL) tooling/setup checkov
	@.tools/checkov/bin/checkov --directory infra --framework bicep --skip-download --compact --quiet

test: lint templates
	$(PYTHON) -m pytest --numprocesses=$(JOBS) --dist=loadgroup --cov --cov-report=term --durations=10 $(ARGS)

format: setup
	$(RUFF) check --quiet --fix --exit-zero --select I .
	$(RUFF) format --quiet .

lock:
	@$(SHELL) tooling/setup lock

clean:
	@$(SHELL) tooling/setup clean
