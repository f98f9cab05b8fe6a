# Every target installs what it needs first, and may be run again at any time. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo stop analytics build test test-all test-containers test-fresh bench bench-service bench-servers bench-analytics lint clean

JOBS ?= $(shell tools/jobs.sh)

# Where tools/setup.sh keeps the broker.
KAFKA ?= $(or $(SASREC_KAFKA_HOME),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sasrec/kafka-4.3.1)
# Where it keeps faiss and ONNX Runtime.
PEERS ?= $(or $(SASREC_PEERS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sasrec/peers)

# The Python environment with dbt.
ANALYTICS ?= $(or $(SASREC_ANALYTICS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sasrec/analytics)
POSTGRES_BIN ?= $(dir $(lastword $(wildcard /usr/lib/postgresql/*/bin/initdb)))

# And what checks.
CHECKERS ?= $(or $(SASREC_CHECKERS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sasrec/checkers)

step = tools/step.sh
setup = $(step) "set-up" "The lines above say what is missing and how to get it; then run make $@ again."
stale = If the tree was moved or the tools were upgraded, run make clean first.
configure = $(step) "configure $(1)" "Read CMake's message above. $(stale)" cmake --preset $(1) $(2) -Wno-dev --log-level=WARNING
# What users run, alone: without tests, and what these need, unless a make test configured them before.
configure_programs = $(step) "configure release" "Read CMake's message above. $(stale)" tools/configure_programs.sh
compile = $(step) "build $(1)" "Read the first error above. Killed by the system? Less at a time: make $@ JOBS=1. $(stale)" \
  cmake --build build/$(1) --parallel $(JOBS)
# Which tests were left out is said even where others have failed.
ctest = $(step) "test $(1)" "One test alone: ctest --test-dir build/$(1) --output-on-failure -R NAME" \
  tools/run_tests.sh build/$(1) --parallel $(JOBS)
format = $(step) "formatting" "Let it be done for you: clang-format-19 -i FILE" \
  bash -c "find src tests benchmarks -name '*.[ch]pp' -print0 | xargs -0 -r clang-format-19 --dry-run --Werror"

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' Makefile

demo:  ## train on a sample log (or DATA=file), recommend, start the service; FRESH=1 moves var/ aside and begins anew
	@$(setup) tools/setup.sh build training serve demo
	@$(configure_programs)
	@$(call compile,release) --target sasrec sasrec-trainer
	@$(step) "demo" "The line above names the cause. With your own log: DATA=file (and ITEMS=file) make demo" \
	  python3 tools/demo.py --bin build/release/bin --out var $(if $(DATA),--data "$(DATA)") $(if $(ITEMS),--items "$(ITEMS)") \
	  $(if $(FRESH),--fresh)

stop:  ## end the service that make demo started
	@python3 tools/demo.py --bin build/release/bin --out var --stop

analytics:  ## build the marts of the demo's database now, and show today's numbers
	@$(setup) tools/setup.sh demo
	@$(step) "analytics" "The lines above name the cause; var/analytics.log is the log of the hourly builds." \
	  python3 tools/demo.py --bin build/release/bin --out var --analytics

build:  ## build/release/bin/sasrec and build/release/bin/sasrec-trainer
	@$(setup) tools/setup.sh build training serve
	@$(configure_programs)
	@$(call compile,release) --target sasrec sasrec-trainer

test:  ## all tests but the slow ones; those of the parts under asan + ubsan too, with short fuzzing
	@$(setup) tools/setup.sh build training serve demo check
	@$(format)
	@$(call configure,release,-DSASREC_TESTS=ON -DSASREC_UNITY=OFF)
	@$(call compile,release)
	@$(call configure,asan,-DSASREC_PROGRAM_TESTS=OFF)
	@$(call compile,asan)
	@$(call ctest,asan) --label-exclude slow
	@$(call ctest,release) --label-exclude slow

test-all: lint  ## every test, under tsan too, and lint
	@$(call configure,release,-DSASREC_TESTS=ON -DSASREC_UNITY=OFF)
	@$(call compile,release)
	@$(call configure,asan,-DSASREC_PROGRAM_TESTS=ON)
	@$(call compile,asan)
	@$(call configure,tsan)
	@$(call compile,tsan)
	@$(call ctest,asan)
	@$(call ctest,tsan)
	@$(call ctest,release)
	@$(MAKE) test-fresh

test-containers:  ## build the images and try them on a Docker engine of its own; as root (PULL=1: on the public images)
	@$(setup) tools/setup.sh build training serve demo check containers
	@$(step) "test-containers" "The line above says what went wrong; build/containers/ has the logs." \
	  $(CHECKERS)/bin/python tests/containers/run.py --work build/containers --kafka "$(KAFKA)" $(if $(PULL),--pull) $(if $(ONLY),--only "$(ONLY)")

test-fresh:  ## what README and docs say to type, on a bare Debian 12; then make test there; as root (ONLY=demo or ONLY=test: a half)
	@$(setup) tools/setup.sh fresh
	@$(step) "test-fresh" "The lines above say what went wrong; build/fresh/*.log has all that was printed." \
	  python3 tests/fresh/run.py --work build/fresh $(if $(ONLY),--only "$(ONLY)")

bench:  ## measure against the machine's limits, LibTorch, ONNX Runtime and faiss (DATA=file: on a log of yours)
	@$(setup) tools/setup.sh build training bench
	@$(step) "configure bench" "Read CMake's message above. $(stale)" \
	  cmake --preset release -B build/bench -DSASREC_BENCHMARKS=ON -DSASREC_TESTS=OFF -Wno-dev --log-level=WARNING
	@$(call compile,bench) --target bench
	@$(step) "bench" "The line above names the cause." build/bench/bin/bench $(PEERS)/bin/python build/bench/results.json $(if $(DATA),"$(DATA)")

bench-service:  ## measure the running service, on its own bus and on Kafka
	@$(setup) tools/setup.sh build training serve demo check
	@$(configure_programs)
	@$(call compile,release) --target sasrec sasrec-trainer
	@$(step) "bench-service" "The line above names the cause; build/bench/service.log is the service's log." \
	  python3 benchmarks/service_bench.py $(if $(ONLY),--only $(ONLY)) --bin build/release/bin --out build/bench --kafka "$(KAFKA)" $(if $(DATA),--data "$(DATA)")

bench-servers:  ## measure the store on PostgreSQL and the buses, alone (ONLY=StoreSpeed, SnapshotSpeed or BusSpeed)
	@$(setup) tools/setup.sh build training serve demo check
	@$(call configure,release,-DSASREC_TESTS=ON -DSASREC_UNITY=OFF)
	@$(call compile,release) --target bench_servers
	@$(step) "bench-servers" "The line above names the cause." build/release/bin/bench_servers $(if $(ONLY),--gtest_filter='$(ONLY).*')

bench-analytics:  ## measure how long the marts take for a million interactions
	@$(setup) tools/setup.sh build training serve demo check
	@$(configure_programs)
	@$(call compile,release) --target sasrec
	@$(step) "bench-analytics" "The line above names the cause." env PYTHONPATH=tests/analytics:analytics:tools \
	  PYTHONDONTWRITEBYTECODE=1 PROGRAM=build/release/bin/sasrec POSTGRES_BIN="$(POSTGRES_BIN)" \
	  "$(ANALYTICS)/bin/python" benchmarks/analytics_builds.py

lint:  ## formatting, layers, clang-tidy
	@$(setup) tools/setup.sh build training serve demo check
	@$(format)
	@$(step) "layers" "ARCHITECTURE.md says who may include whom." python3 tools/check_layers.py
	@$(call configure,tidy)
	@$(step) "clang-tidy" "Mend what it names, or say in .clang-tidy why a check is not for us." \
	  cmake --build build/tidy --parallel $(JOBS)

clean:  ## remove what was built; your data in var/ stays
	rm -rf build web/node_modules web/src/api/schema.d.ts
