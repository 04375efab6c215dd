# SPDX-License-Identifier: GPL-2.0-only
# What can be said of the code by reading it, or of the tests by running them on it. Included
# by the top Makefile, after core_objects.

.PHONY: check-code coverage mutants
check-code: all ## gcc's analyzer, clang-tidy and cppcheck over user/, valgrind over replays
	$(Q)CODE_CFLAGS="$(filter-out -Werror -W% -ffile-prefix-map=%,$(base_cflags))" RSTBLAME=$(abspath $(program)) tests/code/run

# Unit tests and replay, built once more; by room, and what of blame/ and wire/ no test ran.
# What becomes another user writes its counts, too, or says where its test listens that it cannot.
coverage: ## how much of the pure core the fast tests run, by room
	$(Q)umask 0; $(MAKE) --no-print-directory O=$(O)/coverage CFLAGS="-O0 -g --coverage" LDFLAGS=--coverage \
		test-unit test-replay >$(O)/coverage.log 2>&1 || { tail -n 30 $(O)/coverage.log; exit 1; }
	$(Q)tests/code/coverage $(O)/coverage

## N=150             how many mutants
N ?= 150
mutants: all $(unit_programs) ## change the core in N places, one at a time: do the unit tests notice?
	$(Q)CC="$(CC)" CFLAGS="$(base_cflags) -Itests/unit -O1 -g0" tests/code/mutants -n $(N) -s $(SEED) $(O)
