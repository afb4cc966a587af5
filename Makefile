# The same commands for people and for CI. `make` alone lists them.
#
# Everything is installed into .venv, from this checkout, with the versions in constraints.txt. The install is editable:
# changes to the source take effect at once; only changes to pyproject.toml and constraints.txt trigger a new install.
# To change the Python behind .venv: make clean, then make ... PYTHON=python3.12.

PYTHON ?= python3
RUNS ?=
THREATS ?=
SEED ?=
MUTANTS ?=
# The two Pythons that `make constraints` resolves for.
OLDEST ?= python3.11
NEWEST ?= python3.13

SCENARIO := scenarios/idlib-2018/baseline.yaml
REPORT := reports/idlib-2018
PY := .venv/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PYTEST_OPTIONS ?=
PYTEST := $(PY) -m pytest -n auto --dist loadfile

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help forecast reports calibrations picture test test-slow test-full mutants lint format dist docs bench schema plotly constraints clean

help: ## List the commands
	@echo 'make COMMAND [PYTHON=python3.12] [RUNS=20000] [SEED=0]'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## /  \1|/p' Makefile | awk -F'|' '{ printf "%-13s %s\n", $$1, $$2 }'

forecast: .venv/installed ## Run the Idlib baseline, write its report and print its path
	.venv/bin/offramp run $(SCENARIO) --counterfactuals --out $(REPORT) $(if $(RUNS),--runs $(RUNS)) $(if $(SEED),--seed $(SEED))

reports: .venv/installed ## Regenerate the reference reports under reports/ and docs/scenarios.md
	$(PY) reports/renew.py

# About half an hour on two cores; the runs of the cases are kept in .offramp and reused. The table of threats between
# states is not distributed with the project: docs/calibration.md says where it comes from and what it contains.
calibrations: .venv/installed ## Recompute the posteriors, the track record and the table of past cases
	$(PY) reports/recalibrate.py $(THREATS)

# The page is that of `make forecast`; only the picture is kept.
picture: .venv/installed-dev forecast ## Regenerate the picture of a report in the README (needs Chromium)
	$(PY) reports/picture.py $(REPORT)/report.html

test: .venv/installed-dev ## Run the quick tests (under four minutes on two cores)
	$(PYTEST) -m 'not slow' $(PYTEST_OPTIONS)

test-slow: .venv/installed-dev ## Run the slow tests, the statistical ones at reduced size
	$(PYTEST) -m slow $(PYTEST_OPTIONS)

test-full: .venv/installed-dev ## Run all tests, the statistical ones in full
	$(PYTEST) --full $(PYTEST_OPTIONS)

# Hours on two cores; MUTANTS='sim.estimates*' limits it to one module. Results are kept in mutants/ and not run again;
# `.venv/bin/mutmut show NAME` shows a fault. For which modules and which tests, see [tool.mutmut] in pyproject.toml.
# Work done by a shared fixture is attributed to the first test that uses it, so try a survivor on whole files:
# cd mutants && MUTANT_UNDER_TEST=NAME ../.venv/bin/python -m pytest -x -m 'not slow' tests/runs/block
mutants: .venv/installed-mutants ## Inject faults into the core one at a time and list those that no quick test catches
	.venv/bin/mutmut run --max-children 1 $(if $(MUTANTS),'$(MUTANTS)')
	.venv/bin/mutmut results

lint: .venv/installed-dev ## Check style, format, types and workflows
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy --strict sim
	.venv/bin/zizmor --offline --quiet .github

format: .venv/installed-dev ## Format the code and sort imports
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

dist: .venv/installed-dev ## Build the wheel and the sdist into dist
	rm -rf dist
	$(PY) -m build --quiet

docs: .venv/installed-docs ## Build the documentation site into build/site and check its links
	.venv/bin/mkdocs build --strict --quiet

# The options in pyproject.toml skip benchmarks, so they are overridden; workers would share the cores being measured.
bench: .venv/installed-dev ## Measure speed and print a table (of commands: python -m tests.benchmarks.commands)
	$(PY) -m pytest tests/benchmarks -o addopts='-ra --strict-markers -p no:cacheprovider' -p no:xdist \
		--benchmark-only --benchmark-columns=min,median,max,rounds --benchmark-sort=name -s $(PYTEST_OPTIONS)

schema: .venv/installed ## Regenerate the JSON Schemas of scenarios, sweeps and forecasts
	mkdir -p docs/schema
	.venv/bin/offramp schema >docs/schema/.new
	mv docs/schema/.new docs/schema/scenario.schema.json
	.venv/bin/offramp schema --sweep >docs/schema/.new
	mv docs/schema/.new docs/schema/sweep.schema.json
	.venv/bin/offramp schema --forecast >docs/schema/.new
	mv docs/schema/.new docs/schema/forecast.schema.json

# Plotly's cartesian build, in the version that the Python package draws for; `npm` packs it.
plotly: .venv/installed ## Update the script of the figures (needs npm)
	rm -rf build/plotly && mkdir -p build/plotly
	cd build/plotly && npm pack --silent plotly.js-cartesian-dist-min@$$(../../$(PY) -c \
		'from plotly.offline import get_plotlyjs_version as v; print(v())') && tar xzf *.tgz
	cp build/plotly/package/plotly-cartesian.min.js build/plotly/package/LICENSE sim/report/plotly/
	rm -rf build/plotly

# Resolves from scratch on the oldest Python and uses the same versions on the newest. Only Mesa may differ between them
# (its later releases need 3.12), and packages that differ get a marker. The comment at the top of the file stays.
constraints: ## Update constraints.txt (needs OLDEST and NEWEST)
	rm -rf build && mkdir -p build/pins
	"$(OLDEST)" -m venv build/pins/old
	"$(NEWEST)" -m venv build/pins/new
	build/pins/old/bin/python -m pip install --quiet --editable '.[dev,docs,mutants]'
	build/pins/old/bin/python -m pip freeze --exclude-editable >build/pins/old.txt
	grep -iv '^mesa==' build/pins/old.txt >build/pins/shared.txt
	build/pins/new/bin/python -m pip install --quiet --constraint build/pins/shared.txt --editable '.[dev,docs,mutants]'
	build/pins/new/bin/python -m pip freeze --exclude-editable >build/pins/new.txt
	{ grep '^#' constraints.txt; cat build/pins/shared.txt; \
	  grep -vxFf build/pins/shared.txt build/pins/old.txt | sed 's/$$/; python_version < "3.12"/'; \
	  grep -vxFf build/pins/shared.txt build/pins/new.txt | sed 's/$$/; python_version >= "3.12"/'; \
	} >build/pins/constraints.txt
	mv build/pins/constraints.txt constraints.txt
	rm -rf build

clean: ## Remove .venv and everything that tools have generated
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- how .venv is made: each file below marks a completed step --------------------------------------------------

.venv/installed: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo 'Installing offramp into .venv'
	@$(PIP_INSTALL) --editable .
	@touch $@

.venv/installed-dev: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo 'Installing offramp and the tools for its tests into .venv'
	@$(PIP_INSTALL) --editable '.[dev]'
	@touch .venv/installed $@

.venv/installed-mutants: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo 'Installing offramp and the tools for mutation testing into .venv'
	@$(PIP_INSTALL) --editable '.[mutants]'
	@touch .venv/installed .venv/installed-dev $@

.venv/installed-docs: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo 'Installing offramp and the tools for its site into .venv'
	@$(PIP_INSTALL) --editable '.[docs]'
	@touch .venv/installed $@

.venv/pyvenv.cfg:
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { \
		echo 'offramp needs Python 3.11, 3.12 or 3.13, and "$(PYTHON)" is not one of them.' >&2; \
		echo 'Name one, as in: make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear .venv || { rm -rf .venv; \
		echo 'Could not make .venv. On Debian and Ubuntu, install the package python3-venv first.' >&2; exit 1; }
