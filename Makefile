# jiandu 监督: `make run` and `make test` are all one needs; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough; empty when there is none.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--strip-extras --allow-unsafe --no-header
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup engine run test bench lint types format lock page record-histories clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.installed engine  ## virtual environment, dependencies, Temporal engine (once)

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "jiandu 需要 Python 3.11 或更高版本，本机没有找到（python3 --version：$$(python3 --version 2>&1)）。" \
		"请安装后重试，或用 make PYTHON=/路径/python3.12 指定。" >&2; exit 1; }
	@if [ -x $(BIN)/python ] && ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "→ $(VENV) 里的 Python 不可用，重新建立"; rm -rf $(VENV); fi
	@[ -x $(BIN)/pip ] || { echo "→ 建立虚拟环境 $(VENV)（$(PYTHON)）"; $(PYTHON) -m venv $(VENV); }
	@echo "→ 安装依赖（requirements-dev.lock，逐个核对哈希）"
	@$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.lock
	@echo "→ 安装 jiandu 本身"
	@PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

engine: $(VENV)/.installed
	@$(BIN)/python -m runtime.engine_build

run: setup  ## start the product with the sample town; Ctrl-C stops it
	@exec $(BIN)/jiandu up --demo

test: setup lint types  ## all checks and all tests
	@echo "→ 测试"
	@$(BIN)/pytest -n 2 --dist worksteal

lint: $(VENV)/.installed  ## style, format and the import rules between the rooms
	@echo "→ ruff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@echo "→ 房间之间的导入规则"
	@$(BIN)/lint-imports --no-logo

types: $(VENV)/.installed  ## mypy, strict
	@echo "→ mypy"
	@$(BIN)/mypy --no-error-summary

bench: setup  ## measure beside peers, write docs/benchmarks.md
	@$(BIN)/python -m bench

format: $(VENV)/.installed  ## format and mend what can be mended
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: $(VENV)/.installed  ## compile the lock files again from pyproject.toml
	@$(LOCK) --output-file requirements.lock pyproject.toml
	@$(LOCK) --only-build-deps --build-deps-for wheel --output-file requirements-build.lock pyproject.toml
	@$(LOCK) --extra dev --extra otel --extra bench --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

page:  ## build the deputies' page anew from its sources (needs node 20; the result is committed)
	@cd ballotbox/page && npm ci --silent --ignore-scripts && npm run --silent types && npm run --silent build

record-histories: setup  ## play a year anew for the replay tests, beside what is recorded
	@$(BIN)/python -m tests.replay.record

clean:  ## remove the environment and all caches (the data folder stays)
	@rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './.data/*' -prune -exec rm -rf {} +
