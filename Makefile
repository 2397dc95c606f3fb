# Two commands matter: `make demo` and `make test`. Both set up .venv from pyproject.toml first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint setup browser wheel-test docs test-lowest evaluate compare-peers fuzz hostile golden samples clean

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "wa_forensics needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

setup: $(VENV)/.ready

demo: setup
	@$(BIN)/wa-forensics scan sample_exports --out demo-case --force
	@echo "Open demo-case/report.html in a browser."

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check wa_forensics
	$(BIN)/mypy

browser:
	@sh scripts/ensure_browser.sh

test: setup browser lint
	$(BIN)/python -m pytest -n 2

# The wheel alone, in an environment of its own, must bring its templates and locales with it.
wheel-test: setup
	rm -rf build/wheel && mkdir -p build/wheel
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	$(PYTHON) -m venv build/wheel/env
	build/wheel/env/bin/python -m pip install --quiet --disable-pip-version-check build/wheel/*.whl
	cd build/wheel && env/bin/wa-forensics scan ../../sample_exports/family_code --out case
	test -s build/wheel/case/report.html
	rm -rf build/wheel

# The pages in build/site; opens from a folder, without a server.
docs: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "Open build/site/index.html in a browser."

# COLLECTIONS=FOLDER adds the public collections; docs/detection.md says what they are. Writes that document's tables.
COLLECTIONS ?=
evaluate: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[measure]'
	$(BIN)/python benchmarks/held_out_chats/score.py all --write
	$(BIN)/python benchmarks/evaluate_detection.py $(if $(COLLECTIONS),--collections $(COLLECTIONS)) --write

# The tests with the oldest versions that pyproject.toml allows, in an environment of its own; left out is what needs
# tools of others (a browser, validators, Babel) or tests the house and not the program.
LOWEST_LEFT_OUT := browser docs exports header_forms release report_languages report_pdf
test-lowest:
	rm -rf build/lowest && mkdir -p build/lowest
	$(PYTHON) -m venv build/lowest/env
	$(PYTHON) scripts/lowest_versions.py cluster media sign pdf > build/lowest/versions.txt
	build/lowest/env/bin/python -m pip install --quiet --disable-pip-version-check -c build/lowest/versions.txt \
	  -e '.[cluster,media,sign,pdf]' pytest hypothesis jsonschema duckdb
	build/lowest/env/bin/python -m pytest tests $(LOWEST_LEFT_OUT:%=--ignore=tests/test_%.py)

# Other readers of exports, each in an environment of its own; needs the package registries and node.
compare-peers: setup
	$(BIN)/python benchmarks/compare_peers.py --write

# Hostile input for the parser and the rooms behind it; what fails is kept in tests/data, where tests read it.
fuzz: setup
	$(BIN)/python benchmarks/fuzz_parser.py --seconds 3600
	$(BIN)/python benchmarks/fuzz_rooms.py --seconds 600

# A million people, messages of 100 MB, bombs: every scan ends within bounds of CPU time and memory.
hostile: setup
	$(BIN)/python benchmarks/hostile_sizes.py

golden: setup
	WRITE_GOLDEN=1 $(BIN)/python -m pytest tests/test_samples.py

samples: setup
	$(BIN)/python scripts/build_samples.py

clean:
	rm -rf $(VENV) build dist demo-case
