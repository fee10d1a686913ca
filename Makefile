# `make` prints what can be made.
PYTHON ?= python3
PORT ?= 8000
DEMO_SIZE ?= 0
VENV ?= .venv
BIN := $(VENV)/bin
# One test process a core, but never fewer than two: browser tests wait more than they work.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ "$$n" -gt 2 ] && echo "$$n" || echo 2)
MARKS ?= not long
PYTEST_ARGS ?=
PYTEST = -m pytest -n $(WORKERS) --dist loadfile --durations 12 -m "$(MARKS)" $(PYTEST_ARGS)
DATABASE_URL_TEST ?= postgres://postgres@127.0.0.1:5432/zhengyan
BOX_DATABASE_URL_TEST ?= postgres://postgres@127.0.0.1:5432/zhengyan_box
CACHE_URL_TEST ?= redis://127.0.0.1:6379/0
DEMO := DJANGO_SETTINGS_MODULE=config.settings.demo

# Three processes of a test run would compile what one has compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo serve test test-fast test-long test-postgres test-wagtail8 test-durations coverage lint format wheel plugin-check \
  release-check bench lock upgrade-dump messages assets assets-check browser clean-demo

help: ## print this list
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

# -- environments ------------------------------------------------------------------------------------------------
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.base: $(VENV)/.made requirements/base.txt
	@echo "Installing the locked requirements …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.test: $(VENV)/.made requirements/test.txt
	@echo "Installing the locked requirements of the suite …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@ $(VENV)/.base

.venv-wagtail8/.test: requirements/test-wagtail8.txt
	@$(PYTHON) -m venv .venv-wagtail8
	@.venv-wagtail8/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test-wagtail8.txt
	@touch $@

# -- run ---------------------------------------------------------------------------------------------------------
demo: $(VENV)/.base ## install, load the reference organisation and serve it (PORT=, DEMO_SIZE=)
	@$(DEMO) $(BIN)/python manage.py migrate --verbosity 0
	@$(DEMO) $(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(DEMO) PORT=$(PORT) $(BIN)/python manage.py demo --size $(DEMO_SIZE)
	@$(MAKE) --no-print-directory serve

serve: ## serve what `make demo` made
	@$(DEMO) PORT=$(PORT) RUN_WORKER=1 exec $(BIN)/gunicorn --config site/config/gunicorn.py --chdir site --pythonpath .. config.wsgi

# -- check -------------------------------------------------------------------------------------------------------
browser: $(VENV)/.test
	@$(BIN)/python tools/ensure_browser.py

test: $(VENV)/.test browser ## the daily suite on SQLite, browsers included: five minutes on two cores
	$(BIN)/python $(PYTEST)

test-fast: MARKS = not browser and not long and not slow
test-fast: $(VENV)/.test ## what fits a minute: no browser, no slow file
	$(BIN)/python $(PYTEST)

test-long: MARKS = long
test-long: $(VENV)/.test browser plugin-check ## attacks, killed workers, long searches, Firefox if installed, the wheel installed
	$(BIN)/python $(PYTEST)

test-postgres: $(VENV)/.test browser ## the daily suite on PostgreSQL and Redis (DATABASE_URL, BOX_DATABASE_URL, CACHE_URL)
	@export DATABASE_URL="$${DATABASE_URL:-$(DATABASE_URL_TEST)}" BOX_DATABASE_URL="$${BOX_DATABASE_URL:-$(BOX_DATABASE_URL_TEST)}" CACHE_URL="$${CACHE_URL:-$(CACHE_URL_TEST)}"; \
	$(BIN)/python tools/ensure_services.py && $(BIN)/python $(PYTEST)

test-wagtail8: .venv-wagtail8/.test browser ## the daily suite on SQLite with Wagtail 8
	.venv-wagtail8/bin/python $(PYTEST)

test-durations: $(VENV)/.test browser ## measure the daily suite anew: its order, and what is too slow for test-fast
	$(BIN)/python $(PYTEST) --junitxml build/tests.xml
	$(BIN)/python tools/test_durations.py build/tests.xml

coverage: MARKS = not browser
coverage: $(VENV)/.test ## branch coverage without a browser, package by package; fails below the least (pyproject.toml)
	$(BIN)/python $(PYTEST) --cov --cov-report=json:build/coverage.json --cov-report=
	$(BIN)/python tools/coverage_report.py build/coverage.json --strict

lint: $(VENV)/.test ## formats, types, boundaries, migrations, deployment checks, catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files '*.html' | xargs $(BIN)/djhtml --check --tabwidth 2
	$(BIN)/mypy peer_review forum_pages zhengyan_crypto site
	PYTHONPATH=.:site $(BIN)/lint-imports --no-cache
	DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py makemigrations --check --dry-run
	VAR_DIR=$$(mktemp -d) DJANGO_SETTINGS_MODULE=config.settings.production SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
	PEER_REVIEW_KEY_SECRET=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') ALLOWED_HOSTS=intranet.example ROUND_KEY_FOLDERS=$$(mktemp -d),$$(mktemp -d) \
	$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python tools/check_catalogues.py

format: $(VENV)/.test ## put code and templates in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files '*.html' | xargs $(BIN)/djhtml --tabwidth 2

wheel: $(VENV)/.test ## one distribution with peer_review and forum_pages
	rm -rf dist build zhengyan.egg-info
	$(BIN)/python -m build --wheel --outdir dist .

plugin-check: wheel ## install the wheel into a bare `wagtail start` project and use it
	$(BIN)/python tools/plugin_check.py dist/*.whl

release-check: $(VENV)/.test ## whether this commit may be tagged: version, changes, migrations, catalogues, wheel
	$(BIN)/python tools/release_check.py

bench: $(VENV)/.test ## print the measured figures
	$(BIN)/python bench/run.py

# -- make what is committed ----------------------------------------------------------------------------------------
UV := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock'
lock: $(VENV)/.made ## lock requirements/*.in with hashes
	$(BIN)/python -m pip install --quiet uv
	$(UV) -c requirements/wagtail74.in requirements/base.in -o requirements/base.txt
	$(UV) -c requirements/wagtail74.in -c requirements/base.txt requirements/test.in -o requirements/test.txt
	$(UV) -c requirements/wagtail8.in requirements/test.in -o requirements/test-wagtail8.txt

upgrade-dump: $(VENV)/.test ## write the small dump of today's schema that tests/project/test_upgrade.py migrates
	$(BIN)/python tools/make_upgrade_dump.py

messages: $(VENV)/.test ## collect strings into the catalogues and compile them (needs gettext)
	$(BIN)/python tools/make_messages.py

assets: ## build the style sheet, the ballot client (both need Node) and the verifier
	$(PYTHON) tools/build_verifier.py
	cd site/static_src && npm ci --no-audit --no-fund && node build.mjs
	cd peer_review/static_src && npm ci --no-audit --no-fund && node build.mjs

assets-check: ## rebuild all three and refuse any difference (needs Node)
	$(PYTHON) tools/build_verifier.py --check
	cd site/static_src && npm ci --no-audit --no-fund && node build.mjs --check
	cd peer_review/static_src && npm ci --no-audit --no-fund && node build.mjs --check

clean-demo: ## forget the demonstration's databases and files
	rm -rf var
