DATA ?= .sinmungo
PORT ?= 8000
# Processes for pytest; each starts a PostgreSQL and a few pages at a time.
JOBS ?= 2

# Every start and every test process would compile the source anew without its bytecode.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test ruff lint fmt bench soak clean install-dev

help: ## 이 도움말
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: ## 설치하고 시연 서버를 켭니다 (DATA=.sinmungo PORT=8000)
	@requirements/install.sh base
	@exec .venv/bin/sinmungo demo --data "$(DATA)" --port "$(PORT)"

install-dev:
	@requirements/install.sh dev

test: install-dev ruff ## 린트, 타입, 단위·통합·브라우저 시험
	@requirements/node.sh
	@requirements/tests.sh $(JOBS)

ruff: install-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

lint: ruff ## ruff, mypy, import-linter
	.venv/bin/mypy
	.venv/bin/lint-imports

fmt: install-dev ## 코드 모양을 고칩니다
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .

bench: install-dev ## 성능을 잽니다
	@exec .venv/bin/python -m benchmarks

soak: install-dev ## 크고 오래 걸리는 시험
	@exec .venv/bin/python -m pytest -m soak --timeout=0

clean: ## 가상 환경과 캐시를 지웁니다 (데이터는 남깁니다)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
