.DEFAULT_GOAL := help
SHELL := /bin/sh

# The newest Python that answers and can make environments.
PYTHON ?= $(shell sh .ci/python)
BIN := .venv/bin
CATALOGUES := $(wildcard locale/*/LC_MESSAGES/*.po)
SETUP := pyproject.toml .ci/build_hook.py goflow/__init__.py $(CATALOGUES)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Without a database file of its own: these commands only look.
DJANGO := GOFLOW_TEST_DATABASE_NAME=:memory: DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m django
LANGUAGES := en fr zh_Hans zh_Hant ja de es it

.PHONY: help demo test pairs prove check lint docs clean format messages

help: ## Show this list
	@echo "goflow: make <target>"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

demo: .venv/.demo ## Serve the leave demo on http://127.0.0.1:8000 with sample users
	$(BIN)/python leavedemo/manage.py demo $(ARGS)

test: .venv/.dev ## Run the whole suite on every database found (ARGS="-k text" narrows it)
	$(BIN)/python -m tests.run $(ARGS)

pairs: .venv/.dev ## A short pass of the oldest and the newest Python and Django against the built wheel, on SQLite
	sh .ci/pairs $(ARGS)

prove: .venv/.dev ## What takes longer: an outage of three days, chains of 400 steps, hundreds of generated requests, fifty killed workers
	$(BIN)/python -m tests.run -m prove $(ARGS)
	GOFLOW_FUZZ_EXAMPLES=300 $(BIN)/python -m pytest -q tests/api/test_fuzzing.py $(ARGS)
	GOFLOW_WORKER_KILLS=50 $(BIN)/python -m tests.run tests/workers $(ARGS)

check: .venv/.dev lint ## Everything that must hold beside the tests: lint, types, import rules, migrations, size budgets
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(DJANGO) makemigrations --check --dry-run
	$(DJANGO) check --fail-level WARNING
	$(BIN)/python -m pytest -q tests/test_budgets.py

lint: .venv/.dev ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/.dev ## Format the code and repair what can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: .venv/.dev ## Collect texts for translation (needs gettext) and compile the catalogues
	$(BIN)/python -m django makemessages --no-location --no-wrap $(LANGUAGES:%=--locale %) \
		--ignore .venv --ignore .tox --ignore build --ignore tests --ignore bench --ignore docs
	$(BIN)/python -m django makemessages --domain djangojs --no-location --no-wrap $(LANGUAGES:%=--locale %) \
		--ignore .venv --ignore .tox --ignore .cache --ignore build --ignore tests --ignore docs --ignore vendor
	$(BIN)/python .ci/english.py
	$(BIN)/pybabel compile --directory locale --domain django
	$(BIN)/pybabel compile --directory locale --domain djangojs

docs: .venv/.docs ## Build the documentation into docs/build/html
	$(BIN)/python -m sphinx -W -b html -d docs/build/doctrees docs/source docs/build/html

clean: ## Remove the environment, caches and everything built
	rm -rf .venv .tox .cache .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis .coverage htmlcov \
		build dist docs/build
	rm -f locale/*/LC_MESSAGES/*.mo
	find goflow leavedemo sampleproject tests -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The environment: made once, brought up to date when one of $(SETUP) changes.
.venv/bin/python:
	@python="$(PYTHON)"; if [ -z "$$python" ]; then \
		echo "goflow needs Python 3.10 or newer that can make environments, and found none. Install it (on Debian and" >&2; \
		echo "Ubuntu also the package python3-venv), or run: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	echo "Making .venv with $$python"; \
	"$$python" -m venv .venv || { rm -rf .venv; \
		echo "This Python cannot make environments. On Debian and Ubuntu install the package python3-venv." >&2; exit 1; }

.venv/.demo: .venv/bin/python $(SETUP)
	@echo "Installing goflow and what the demo needs"
	@$(PIP) install --editable ".[demo]"
	@touch $@

.venv/.dev: .venv/bin/python $(SETUP)
	@echo "Installing goflow and the development tools"
	@$(PIP) install --editable ".[dev]"
	@touch $@

.venv/.docs: .venv/bin/python $(SETUP)
	@echo "Installing goflow and what the documentation needs"
	@$(PIP) install --editable ".[docs]"
	@touch $@
