# SPDX-License-Identifier: GPL-2.0-only
# All figures, each beside its baseline, and from them the table of the README here and
# three figures of the manual. TIMES=, SIZES= and ROUNDS= choose how often and how much. Included by
# the top Makefile.

bench_vm_tool := $(bench_out)/vm-tool
bench_vm_empty := $(bench_out)/vm-empty.bpf.o
bench_vm_least := $(bench_out)/vm-least.bpf.o

$(bench_vm_tool): tests/bench/vm-tool.c tests/bench/vm-session.c tests/bench/vm-tool.h | $(bench_out) tools
	$(call say,CC,$<)
	$(Q)$(CC) $(all_cflags) $(all_ldflags) -o $@ $(filter %.c,$^) -lbpf -lmnl

$(bench_vm_empty) $(bench_vm_least): $(bench_out)/%.bpf.o: tests/bench/%.bpf.c | $(bench_out) tools
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(bpf_cflags) -MMD -MP -c -o $@ $<

$(bench_out):
	$(Q)mkdir -p $@

# One CPU whose nanosecond is an instruction, for what anything costs; two of them, which
# really run at a time, for what is lost.
bench_vm := RSTBLAME=$(abspath $(program)) RSTBLAME_BLINDFOLD=$(abspath $(blindfold)) BENCH_TOOL=$(abspath $(bench_vm_tool)) \
	BENCH_EMPTY=$(abspath $(bench_vm_empty)) BENCH_LEAST=$(abspath $(bench_vm_least)) \
	tests/bench/vm -k $(KERNEL) -t 3600
bench_times := $(if $(filter file undefined,$(origin TIMES)),3,$(TIMES))

.PHONY: bench bench-vm bench-vm-icount bench-vm-smp bench-table
bench: ## what it costs, beside what else one would use (half an hour)
	$(call ready,bench)
	$(Q)$(MAKE) --no-print-directory bench-vm bench-core bench-replay
	$(Q)$(MAKE) --no-print-directory bench-table

bench-vm: bench-vm-icount bench-vm-smp ## the half of bench that measures in VMs

bench-vm-icount: $(program) $(blindfold) $(bench_vm_tool) $(bench_vm_empty) $(bench_vm_least)
	$(Q)TIMES=1 ROUNDS=3 SECONDS_EACH=1 $(bench_vm) -i -m 4G -o $(bench_out)/icount \
		instructions flush connections session witnesses

bench-vm-smp: $(program) $(bench_vm_tool) $(bench_vm_empty) $(bench_vm_least)
	$(Q)TIMES=$(bench_times) SECONDS_EACH=4 $(bench_vm) -m 4G -o $(bench_out)/smp \
		session flush storm peers

bench-table: ## the table of tests/bench/README.md and the manual's figures, from the last bench
	$(Q)tests/bench/table -u tests/bench/README.md -m user/rstblame.8 $(bench_out)
