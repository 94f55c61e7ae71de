# Everything a person or a machine does with this checkout. `make help` lists it.

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=
# Where it is set, every process reads all of Python's sources anew: more than half of the time of each start.
unexport PYTHONDONTWRITEBYTECODE

VENV_PYTHON := .venv/bin/python
# In place of the shell, so that make is the parent; what is run ends when make is gone, however it went.
EMBEDDED := exec $(VENV_PYTHON) -m ashao_site.embedded
SERVICES := $(EMBEDDED) services --parent $$PPID --
# What the server says about its API. Needs no servers.
OPENAPI := $(CURDIR)/.venv/.openapi.json
DESCRIBE_API := $(VENV_PYTHON) manage.py spectacular --format openapi-json --fail-on-warn --validate --file "$(OPENAPI)"

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test quick check fmt api bench lock clean

help: ## this list
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

setup: ## install what is needed into .venv and the node_modules (the others do it too)
	@command -v "$(PYTHON)" >/dev/null || { echo "ashao needs Python 3.11 or newer; \"$(PYTHON)\" was not found." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ashao needs Python 3.11 or newer; \"$(PYTHON)\" is older. Name another with PYTHON=…" >&2; exit 1; }
	@"$(PYTHON)" scripts/setup.py

run: setup ## run the whole network in the foreground at http://127.0.0.1:8000
	@$(EMBEDDED) run --parent $$PPID

test: setup ## every test: Python, contracts, TypeScript and the real browser
	@CHROMIUM="$$($(VENV_PYTHON) scripts/chromium.py)" && export CHROMIUM && exec $(VENV_PYTHON) scripts/lanes.py $(PYTEST_ARGS)

quick: setup ## the tests that need neither a stack nor a browser, in two minutes; no substitute for test
	@exec $(VENV_PYTHON) scripts/lanes.py --quick

check: setup ## format, lint, types, import rules, migrations, lock files, compiled contracts, API client
	@echo "ruff" && $(VENV_PYTHON) -m ruff format --check --quiet . && $(VENV_PYTHON) -m ruff check --quiet .
	@echo "mypy" && $(VENV_PYTHON) -m mypy --no-error-summary
	@echo "import rules" && .venv/bin/lint-imports --no-logo >.venv/.lint-imports 2>&1 || { cat .venv/.lint-imports; exit 1; }
	@echo "the house" && $(VENV_PYTHON) scripts/house.py
	@echo "migrations" && $(SERVICES) $(VENV_PYTHON) manage.py makemigrations --check --dry-run -v 1
	@echo "lock files" && $(VENV_PYTHON) scripts/locks.py check
	@echo "contracts" && npm --prefix staking/contracts --silent run check
	@echo "API client" && $(DESCRIBE_API) && npm --prefix frontend --silent run api -- --check "$(OPENAPI)"
	@echo "frontend" && npm --prefix frontend --silent run check

fmt: setup ## format the code and repair what can be repaired
	@$(VENV_PYTHON) -m ruff format .
	@$(VENV_PYTHON) -m ruff check --fix .
	@npm --prefix frontend --silent run fmt

api: setup ## write the frontend's typed client anew from the API's description
	@$(DESCRIBE_API)
	@npm --prefix frontend --silent run api -- "$(OPENAPI)"

bench: setup ## measure; BENCH_ARGS go to the benchmark
	@$(SERVICES) $(VENV_PYTHON) -m bench $(BENCH_ARGS)

lock: ## write requirements.lock anew from pyproject.toml (keeps pins that still fit)
	@"$(PYTHON)" scripts/setup.py python
	@$(VENV_PYTHON) scripts/locks.py write

clean: ## remove everything installed or built; keeps .local, the state of `make run`
	rm -rf .venv frontend/node_modules frontend/tools/api-client/node_modules frontend/dist staking/contracts/node_modules tests/.artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
