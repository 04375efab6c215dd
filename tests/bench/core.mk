# SPDX-License-Identifier: GPL-2.0-only
# The half of make bench that needs no kernel. The pure core's cost of a removal and of a
# reset, its memory, and how both grow, beside a bare hash table in the same run. Leaves $(O)/bench/core.json. BENCH_FLOWS= chooses other numbers of flows.
# Included by the top Makefile.

BENCH_FLOWS ?= 10000 100000 1000000 10000000
bench_core := $(bench_out)/core

$(bench_core): tests/bench/core.c tests/bench/core-run.c tests/bench/core-run.h $(core_objects) \
		| $(bench_out)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(all_ldflags) -Wl,--wrap=reserve_new,--wrap=reserve_free \
		-o $@ $(filter %.c %.o,$^) $(filter-out -lbpf,$(libs))

.PHONY: bench-core
bench-core: $(bench_core) ## the half of bench that needs no kernel
	$(Q)$(bench_core) $(bench_out)/core.json $(BENCH_FLOWS)

.PHONY: bench-replay
bench-replay: $(program) ## how fast recordings of LINES=3000000 are judged
	$(Q)RSTBLAME=$(abspath $(program)) tests/bench/replay $(bench_out)
