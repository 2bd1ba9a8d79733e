# `make test` is everything that CI runs; the other targets are its parts.
JOBS ?= $(shell nproc)
PRESET_BUILD = cmake --preset $(1) >/dev/null && ninja -C build/$(1) -j$(JOBS)

.PHONY: packages build dev test asan tsan format lint clean

packages:
	@scripts/install_packages.sh

build: packages
	@$(call PRESET_BUILD,release)

dev: packages
	@$(call PRESET_BUILD,dev)

test: dev
	@scripts/run_unit_tests.sh build/dev

asan: packages
	@$(call PRESET_BUILD,asan)
	@scripts/run_unit_tests.sh build/asan

tsan: packages
	@$(call PRESET_BUILD,tsan)
	@scripts/run_unit_tests.sh build/tsan

format: packages
	@git ls-files '*.h' '*.cpp' | xargs clang-format-19 -i

lint: packages
	@git ls-files '*.h' '*.cpp' | xargs clang-format-19 --dry-run --Werror

clean:
	@rm -rf build
