# `make run` and `make test` are all a fresh machine needs; each makes the virtual environment itself.
# The same in plain pip / streamlit / pytest lines: README.md.
# PYTHON=/path/to/python3.12 names the interpreter; ARGS="--server.port 8600" goes on to the program.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# An installation is done once its stamp exists, and done again when the requirements change.
RUN_STAMP  := $(VENV)/run-$(shell cat requirements.txt | cksum | cut -d' ' -f1)
SPARK_STAMP := $(VENV)/spark-$(shell cat requirements.txt requirements-spark.txt core/spark/cluster/jars.toml | cksum | cut -d' ' -f1)
TEST_STAMP := $(VENV)/test-$(shell cat requirements.txt requirements-spark.txt requirements-dev.txt | cksum | cut -d' ' -f1)
# Tests in several processes; tests/conftest.py says which stay together. ARGS="-n 0": all in one.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --no-loadscope-reorder
# COVERAGE=90: the share of the program, in percent, that the tests must reach. Measuring it costs a third of their
# time again, so the gate asks for it.
MEASURED := $(if $(COVERAGE),--cov --cov-report=term:skip-covered --cov-fail-under=$(COVERAGE))
# A browser, and a library of the Node.js that Playwright brings.
NEED_BROWSER := .ci/need chromium chromium chromium-browser google-chrome google-chrome-stable && \
	.ci/need libatomic1 libatomic.so.1
NODE_STAMPS := tests/browser/node_modules/.package-lock.json deploy/atlas/node_modules/.package-lock.json

.PHONY: run spark test lint types tests fuzz fresh cloud torture bench screenshots format clean

# For this machine alone: a load curve is nobody else's business. To open it, under a name or an address:
# ARGS="--server.address 0.0.0.0 --server.allowedHosts courbe.home"
run: $(RUN_STAMP)
	$(BIN)/streamlit run streamlit_app.py --server.address localhost $(ARGS)

# Spark, the Java it runs on, and the jars it is given: `python -m core fleet --engine spark` works then.
spark: $(SPARK_STAMP)

test: lint types tests fuzz

lint: $(TEST_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(TEST_STAMP)
	$(BIN)/mypy

tests: $(TEST_STAMP) $(SPARK_STAMP) $(NODE_STAMPS)
	@.ci/need git git
	@$(NEED_BROWSER)
	$(BIN)/python -m pytest $(strip $(SIDE_BY_SIDE) $(MEASURED) -rs $(ARGS))

# Mutated inputs for whatever reads what strangers write: the same each time, for a gate says the same twice.
# FUZZ="--inputs 1000000" looks for new ones.
FUZZ := --inputs 15000 --seed 1
fuzz: $(TEST_STAMP)
	$(BIN)/python -m tests.fuzz $(FUZZ)

# README's promise kept on minimal Debians that nobody has prepared, as root: .ci/fresh.py says how.
# ARGS=bookworm is one of them, ARGS=--tests runs every test there too.
fresh:
	@$(PYTHON) .ci/fresh.py $(ARGS)

# The same as Streamlit Community Cloud does it, within its memory, with a real browser, as root: .ci/cloud.py.
cloud: $(TEST_STAMP)
	@$(NEED_BROWSER)
	@$(BIN)/python .ci/cloud.py

torture: $(TEST_STAMP) $(SPARK_STAMP)
	$(BIN)/python -m pytest -m torture $(ARGS)

bench: $(TEST_STAMP) $(SPARK_STAMP)
	@for bench in benchmarks/bench_*.py; do \
		$(BIN)/python -m "$$(echo "$${bench%.py}" | tr / .)" $(ARGS) || exit 1; done

screenshots: $(TEST_STAMP) $(NODE_STAMPS)
	@$(NEED_BROWSER)
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

format: $(TEST_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) tests/browser/node_modules deploy/atlas/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage tests/artefacts

$(RUN_STAMP): requirements.txt
	@test -n "$(PYTHON)" || { echo "Courbe needs Python 3.11 or later; install it or name it: make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Python cannot make a virtual environment: on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	@.ci/install $(BIN)/python requirements.txt
	@touch $@

$(SPARK_STAMP): $(RUN_STAMP) requirements-spark.txt core/spark/cluster/jars.toml
	@.ci/need openjdk-17-jre-headless java 2>/dev/null || .ci/need openjdk-21-jre-headless java
	@.ci/install $(BIN)/python requirements-spark.txt
	$(BIN)/python -m core.spark.cluster.jars
	@touch $@

# The types of pyspark are read by mypy, so it is here too.
$(TEST_STAMP): $(RUN_STAMP) requirements-dev.txt requirements-spark.txt
	@.ci/install $(BIN)/python requirements-dev.txt
	@.ci/install $(BIN)/python requirements-spark.txt
	@touch $@

# axe-core for the accessibility checks in the browser; a driver for the test of the Atlas trigger.
%/node_modules/.package-lock.json: %/package-lock.json
	@.ci/need npm npm
	npm ci --prefix $(dir $<) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
