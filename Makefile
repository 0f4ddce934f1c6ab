# Two commands for people: make start, make test. The rest is for those who work on the course.
# Everything is set up on first use, from requirements.lock (pinned versions with hashes).

SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
$(shell mkdir -p .make)
# Where Python may not keep what it has compiled, each of some hundred processes compiles it again.
unexport PYTHONDONTWRITEBYTECODE
READY := .venv/.ready
SOURCES := $(shell find src -type f -not -name '*.pyc' 2>/dev/null)
SCRIPTS := $(shell find src lite -name '*.mjs' -o -name '*.js' 2>/dev/null)
CONTENT := _config.yml $(shell find book -type f 2>/dev/null)

# One line for each step that takes long: what it is, and its time once it is done. What its
# commands say is shown only if one of them fails. Stopped anywhere, it is taken up where it was.
BEGIN = began=$$SECONDS; said=$$(mktemp); trap 'rm -f $$said' EXIT; printf '%-40s' "$(1) ..."
END = >$$said 2>&1 || { echo failed; cat $$said; exit 1; }; echo "$$((SECONDS - began)) s"

.PHONY: start setup test quick test-all test-postgres test-hub test-exchange hub hub-remove check scripts book pdf epub lite demo assignments bench dist audit lock clean

start: _build/html/index.html demo/completion.csv
	@$(BIN)/allyship start

# Four at a time, on two cores too: half of their time, tests wait for a browser or a kernel.
# Files come as their folders do: xdist's own order, those with many tests first, ends with the
# longest files, which have few.
test: check
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder

# All that developing needs, and nothing run yet: what a container for it begins with.
setup: $(READY) node_modules/.ready
	@$(BIN)/python -m tests.support.browser

# A line says what could not be run, for want of a program, and what other commands are for.
test-all: check
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/python -m tests.support.nginx
	@code=0; \
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not postgres and not hub" || code=$$?; \
	echo "Not run: the gradebook in PostgreSQL (make test-postgres)"; \
	echo "Not run: the exchange on a JupyterHub (make test-exchange)"; \
	echo "Not run: a class on a JupyterHub, as root (make test-hub)"; \
	exit $$code

# What needs no browser, no server, no kernel, no built book and no class: all of it, or a room's,
# as in make quick ROOM=grading. A room of which no test is left is no fault.
quick: $(READY)
	@$(BIN)/pytest -n 2 --dist loadfile -m "not browser and not heavy and not slow and not postgres and not hub" \
	  tests/$(ROOM) || test $$? = 5

# With a throwaway server from the system's packages.
test-postgres: $(READY)
	@$(BIN)/python -m tests.support.postgres $(BIN)/pytest -n 2 --dist loadfile -m "postgres and not hub"

# Makes real users on this machine: root only. Takes a quarter of an hour.
test-hub: $(READY)
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/pytest -m hub -rP tests/hub

# The exchange without a shared disk, with its database in a file and in PostgreSQL, and what can be
# run of hub/kubernetes. Needs npm.
test-exchange: $(READY)
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/python -m tests.support.postgres $(BIN)/pytest -m hub tests/exchange

# Each check runs again once a file that it reads has changed. The commit hook calls this too.
check: $(READY) .make/python .make/scripts .make/spelling .make/content

PYTHON_FILES := pyproject.toml $(shell find src tests lite hub release benchmarks course -name '*.py' 2>/dev/null)

# Form, common faults, types, and the order of imports between rooms.
.make/python: $(PYTHON_FILES) CONTRIBUTING.md
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo --cache-dir .make/imports >.make/imports.txt || \
	  { cat .make/imports.txt; exit 1; }
	@touch $@

.make/spelling: $(PYTHON_FILES) $(SCRIPTS) $(CONTENT) $(wildcard *.md)
	@$(BIN)/codespell
	@touch $@

.make/content: $(SOURCES) $(CONTENT)
	@$(BIN)/allyship check
	@touch $@

# Types, form and common faults of the scripts; nothing is run for what has not changed.
scripts: .make/scripts

.make/scripts: $(SCRIPTS) biome.json jsconfig.json jsconfig.worker.json jsconfig.node.json \
  build-constants.d.ts node_modules/.ready
	@set -e; for pages in jsconfig jsconfig.worker jsconfig.node; do \
	  $(BIN)/node node_modules/.bin/tsc --project $$pages.json; done
	@$(BIN)/node node_modules/.bin/biome check --error-on-warnings
	@touch $@

book: _build/html/index.html

pdf: $(READY)
	@$(BIN)/python -m tests.support.browser
	@$(BIN)/allyship paper pdf

epub: $(READY)
	@$(BIN)/allyship paper epub

# The modules as live notebooks in the browser: a site of its own, which nothing else waits for.
lite: $(READY)
	@$(BIN)/python -m lite

# A class with logins on a JupyterHub of this machine, thrown away at Ctrl-C. Root only.
hub: $(READY)
	@$(BIN)/python -m hub

# What a hub that crashed has left: users, folders, and its environment.
hub-remove: $(READY)
	@$(BIN)/python -m hub remove

demo: demo/completion.csv

assignments: $(READY)
	@$(BIN)/allyship assignments

bench: $(READY)
	@$(BIN)/python -m benchmarks

# The wheel and the sdist, checked and tried: what a release is.
dist: $(READY)
	@$(BIN)/python -m release

# What is known against the versions in our locks. It asks the index, so it needs the network.
audit: $(READY)
	@$(BIN)/python -m release audit

# Programs that live apart from the course: their versions need not fit with ours.
APART := release/tools tests/project/citation tests/exchange/kubernetes \
  $(addprefix tests/instructor/lms/packages/,ralph wagtail)

lock: $(READY)
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --extra dev --no-strip-extras -q \
	  pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url -q \
	  lite/build.in -c requirements.lock -o lite/build.lock
	@$(BIN)/uv pip compile --python-platform wasm32-pyodide2025 --python-version 3.14 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url -q \
	  pyproject.toml lite/browser.in -c requirements.lock -o lite/browser.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --extra hub -q \
	  pyproject.toml -c requirements.lock -o hub/requirements.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --extra instructor \
	  --no-annotate --no-header --no-emit-index-url -q \
	  pyproject.toml hub/kubernetes/image.in -c requirements.lock -o hub/kubernetes/image.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url -q \
	  hub/kubernetes/hub.in -c requirements.lock -o hub/kubernetes/hub.lock
	@for lock in $(APART); do \
	  $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --no-emit-index-url -q $$lock.in -o $$lock.lock || exit 1; \
	done
	@$(BIN)/uv pip compile --universal --generate-hashes --no-deps \
	  --no-annotate --no-header --no-emit-index-url -q \
	  tests/exchange/helm.in -o tests/exchange/helm.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url -q \
	  pyproject.toml tests/grading/grader_service.in -o tests/grading/grader_service.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --extra instructor \
	  --no-annotate --no-header --no-emit-index-url -q pyproject.toml \
	  tests/book/plain_sphinx/requirements.in -o tests/book/plain_sphinx/requirements.lock

clean:
	rm -rf _build demo dist .venv .make node_modules

$(READY): requirements.lock pyproject.toml $(shell find src/jupyter -type f)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This needs Python 3.11 or newer. Name one with: make PYTHON=python3.12 ..."; exit 1; }
	@# pip gets uv, of the lock's version, and uv fetches and unpacks the rest at the same time.
	@$(call BEGIN,Making an environment in .venv); { $(PYTHON) -m venv .venv || \
	  { echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"; false; } && \
	  sed -n '/^uv==/,/[^\\]$$/p' requirements.lock >.venv/uv.txt && \
	  $(BIN)/pip --quiet --disable-pip-version-check install --require-hashes --no-deps -r .venv/uv.txt; } $(END)
	@$(call BEGIN,Fetching what requirements.lock names); VIRTUAL_ENV=.venv \
	  $(BIN)/uv pip install --quiet --require-hashes --no-deps --compile-bytecode -r requirements.lock $(END)
	@$(call BEGIN,Setting up the course in it); VIRTUAL_ENV=.venv \
	  $(BIN)/uv pip install --quiet --no-build-isolation --no-deps --editable . $(END)
	@touch $@

# What checks the scripts. Node comes with .venv.
node_modules/.ready: package.json package-lock.json .npmrc $(READY)
	@PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/npm ci --silent
	@touch $@

_build/html/index.html: $(READY) $(CONTENT) $(SOURCES)
	@$(call BEGIN,Building the book); $(BIN)/jupyter-book build --config _config.yml \
	  --path-output . book --warningiserror --keep-going --quiet $(END)
	@touch $@

demo/completion.csv: $(READY) $(CONTENT) $(SOURCES) course/nbgrader_config.py
	@$(call BEGIN,Making a demo class); $(BIN)/allyship demo --into demo $(END)
