# CI runs `make test` and `make test-clients`.
JOBS ?= $(shell nproc)
PRESET_BUILD = cmake --preset $(1) >/dev/null && ninja -C build/$(1) -j$(JOBS)

.PHONY: packages run build dev test test-clients asan tsan format lint clean

# Ctrl-C stops it. ARGS="--port 5000 --data-dir DIR" and more: build/release/bin/sekisho demo --help
run: build
	@exec build/release/bin/sekisho demo $(ARGS)

packages:
	@scripts/install_packages.sh

build: packages
	@cmake --preset release >/dev/null && ninja -C build/release -j$(JOBS) sekisho sekisho-sim

dev: packages
	@$(call PRESET_BUILD,dev)

test: dev
	@scripts/run_all_tests.sh build/dev build/dev

# Every agent against every provider (tests/matrix); ARGS=--write renews docs/compatibility.md.
test-clients: dev
	@scripts/run_client_matrix.sh build/dev $(ARGS)

# All tests again under sanitizers, with more patience for programs that are many times slower.
asan: packages
	@$(call PRESET_BUILD,asan)
	@SEKISHO_TEST_PATIENCE=10 scripts/run_all_tests.sh build/asan build/asan

tsan: packages
	@$(call PRESET_BUILD,tsan)
	@SEKISHO_TEST_PATIENCE=10 scripts/run_all_tests.sh build/tsan build/tsan

# Each fuzzer for five minutes; see scripts/run_fuzzers.sh for more or less.
.PHONY: fuzz
fuzz: packages
	@JOBS=$(JOBS) scripts/run_fuzzers.sh

# The money law over the whole gateway, for many more seeds than `make test` has.
.PHONY: simulate
simulate: packages
	@$(call PRESET_BUILD,release) app_test
	@JOBS=$(JOBS) scripts/run_simulations.sh build/release $(SCHEDULES)

format: packages
	@git ls-files '*.h' '*.cpp' | xargs clang-format-19 -i

lint: packages structure
	@git ls-files '*.h' '*.cpp' | xargs clang-format-19 --dry-run --Werror

clean:
	@rm -rf build

# Against nginx in the same run; ARGS="--quick" and more: bench/run.py --help
.PHONY: bench
bench: packages
	@cmake --preset release >/dev/null
	@ninja -C build/release -j$(JOBS) sekisho sekisho-bench-load sekisho-bench-mock
	@python3 bench/run.py $(ARGS)

# The picture of docs/architecture.md against the sources, and the sizes of files and functions.
.PHONY: structure
structure:
	@for test in scripts/*_test.py; do python3 $$test 2>&1 || exit 1; done
	@scripts/sizes.py
