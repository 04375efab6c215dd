# SPDX-License-Identifier: GPL-2.0-only
# The real .c files, built by clang with libFuzzer, ASan and UBSan. What is found stays below $(O)/fuzz. Included by the top Makefile,
# after core_objects.

FUZZ_S ?= 60
FUZZ_SMOKE_S ?= 3
fuzz_out := $(O)/fuzz
fuzz_cflags := -std=gnu11 -D_GNU_SOURCE -Iuser -I. -Itests/unit $(prefix_map) -g -O1 -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
# All of the core, not a list of what is used: a list rots where nobody links it.
fuzz_core_objects := $(patsubst $(O)/user/%.o,$(fuzz_out)/user/%.o,$(core_objects))
fuzz_core := $(fuzz_out)/core.a
fuzz_programs := $(patsubst tests/fuzz/fuzz_%.c,$(fuzz_out)/fuzz_%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_help_objects := $(addprefix $(fuzz_out)/,pipeline.o page.o answers.o)
fuzz_help := $(fuzz_out)/help.a

.PHONY: test-fuzz fuzz fuzz-smoke
test-fuzz fuzz: fuzz_seconds := $(FUZZ_S)
fuzz-smoke: fuzz_seconds := $(FUZZ_SMOKE_S)
test-fuzz: ## a minute for each fuzz target (FUZZ_S= seconds)
fuzz: ## test-fuzz
fuzz-smoke: ## the fuzzers' corpus once, and a few seconds more
test-fuzz fuzz fuzz-smoke: $(fuzz_programs)
	$(Q)for program in $^; do \
		name=$${program##*/fuzz_}; log=$$program.log; \
		mkdir -p $(fuzz_out)/corpus/$$name; \
		$$program -max_total_time=$(fuzz_seconds) -timeout=10 -rss_limit_mb=1024 \
			-artifact_prefix=$(fuzz_out)/ -print_final_stats=1 \
			$(fuzz_out)/corpus/$$name tests/fuzz/corpus/$$name >$$log 2>&1 || \
			{ tail -n 60 $$log; echo "fuzz $$name: failed, see $$log"; exit 1; }; \
		echo "fuzz $$name: $$(sed -n 's/^stat::number_of_executed_units: *//p' $$log) runs" \
			"in $(fuzz_seconds) s, nothing found"; \
	done

# Archives: what a target or its answers stand in for is not taken from the core.
$(fuzz_programs): $(fuzz_out)/%: $(fuzz_out)/%.o $(fuzz_help) $(fuzz_core)
	$(call say,LINK,$@)
	$(Q)$(CLANG) $(fuzz_cflags) -fsanitize=fuzzer -o $@ $^ $(filter-out -lbpf,$(libs)) -ljansson

$(fuzz_help): $(fuzz_help_objects)
$(fuzz_core): $(fuzz_core_objects)
$(fuzz_help) $(fuzz_core):
	$(Q)rm -f $@ && $(AR) qcs $@ $^

$(fuzz_out)/user/%.o: user/%.c | tools
	$(call say,CC,$< (fuzz))
	$(Q)mkdir -p $(@D) && $(CLANG) $(fuzz_cflags) -MMD -MP -c -o $@ $<

$(fuzz_out)/%.o: tests/fuzz/%.c | $(fuzz_out)/user tools
	$(call say,CC,$<)
	$(Q)$(CLANG) $(fuzz_cflags) -MMD -MP -c -o $@ $<

# What the unit tests check a page with.
$(fuzz_out)/page.o: tests/unit/cast/page.c | $(fuzz_out)/user
	$(call say,CC,$<)
	$(Q)$(CLANG) $(fuzz_cflags) -MMD -MP -c -o $@ $<

$(fuzz_out)/user:
	$(Q)mkdir -p $@

.SECONDARY: $(patsubst %,%.o,$(fuzz_programs)) $(fuzz_help_objects)
-include $(wildcard $(fuzz_out)/*.d) $(fuzz_core_objects:.o=.d)
