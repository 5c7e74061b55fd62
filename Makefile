# make run    everything in raw/ becomes datasets in out/
# make test   every check of the code
# make help   the rest
.DEFAULT_GOAL := help
.PHONY: help run test check lint bench docs setup clean
export OMP_NUM_THREADS ?= 1
export OMP_THREAD_LIMIT ?= 1

BIN := .venv/bin

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##/make \1\t/p' Makefile | expand -t 14

run:  ## read raw/, write out/, say what was found
	@scripts/setup run
	@$(BIN)/phuluc run $(ARGS)

test:  ## lint, types, layers, tests
	@scripts/setup dev
	@scripts/checks

check:  ## compare out/ with golden/, cell by cell
	@scripts/setup run
	@$(BIN)/phuluc check $(ARGS)

lint:  ## mend what ruff can mend, format
	@scripts/setup dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs:  ## generate docs/data-dictionary.md from the schema
	@scripts/setup run
	$(BIN)/python -m pipeline.dictionary

bench:  ## measure: pages beside other programs, unseen dumps (BENCH=pages or dumps; an hour)
	@scripts/setup bench
	@scripts/bench $(BENCH)

train:  ## rebuild the repair model from the corpus (hours; scripts/train says what it needs)
	@scripts/setup bench
	@scripts/train

setup:  ## install what running needs into .venv
	@scripts/setup run

clean:  ## drop what is generated: out/, reports/, caches
	rm -rf out reports .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
