.PHONY: help run test check format migration pictures clean
SHELL := /bin/bash
PY := .venv/bin/python

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

migration: .venv/ready ## Rewrite the first migration from the models (until the first release)
	$(PY) migrations/remake.py

.venv/ready: requirements-dev.txt
	@echo "Setting up the virtual environment"
	@test -d .venv || python3 -m venv .venv
	@.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch .venv/ready
