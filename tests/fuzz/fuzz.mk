# SPDX-License-Identifier: GPL-2.0-only
# make fuzz: a minute for each harness (FUZZ_S seconds); make fuzz-smoke: the corpus
# once, and a few seconds more. The real .c files, built by clang with libFuzzer,
# ASan and UBSan. What is found stays below $(O)/fuzz.

FUZZ_S ?= 60
FUZZ_SMOKE_S ?= 3
fuzz_out := $(O)/fuzz
fuzz_cflags := -std=gnu11 -D_GNU_SOURCE -Iuser -g -O1 -fno-omit-frame-pointer \
	-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
fuzz_core := $(addprefix user/,advice.c blame.c changes.c clock.c decode.c describe.c flow.c \
	flushes.c json.c jsonw.c judge.c ledger.c names.c recording.c recording_parse.c stack.c \
	text.c timeline.c utf8.c)
fuzz_programs := $(patsubst tests/fuzz/fuzz_%.c,$(fuzz_out)/fuzz_%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: fuzz fuzz-smoke
fuzz: fuzz_seconds := $(FUZZ_S)
fuzz-smoke: fuzz_seconds := $(FUZZ_SMOKE_S)
fuzz fuzz-smoke: $(fuzz_programs)
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

$(fuzz_programs): $(fuzz_out)/%: tests/fuzz/%.c tests/fuzz/pipeline.c $(fuzz_core) \
		$(wildcard user/*.h bpf/event.h tests/fuzz/*.h) | $(fuzz_out)
	$(call say,FUZZ,$@)
	$(Q)$(CLANG) $(fuzz_cflags) -o $@ $(filter %.c,$^) -ljansson -lz

$(fuzz_out):
	$(Q)mkdir -p $@
