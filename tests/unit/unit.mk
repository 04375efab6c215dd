# SPDX-License-Identifier: GPL-2.0-only
# The core with ASan and UBSan, and one cmocka program for each */test_*.c (cast/ is what
# they share). Unprivileged; needs neither libbpf nor a kernel
# that can be traced.
# Included by the top Makefile, after core_objects.

unit_out := $(O)/unit
unit_cflags := $(base_cflags) $(flags_given) -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -Itests/unit
unit_libs := -lcmocka -ljansson -lyajl -lz -lcap-ng -lmnl -lpcap -lpthread -lm
unit_core_objects := $(patsubst $(O)/user/%.o,$(unit_out)/user/%.o,$(core_objects))
unit_core := $(unit_out)/core.a
unit_cast := $(unit_out)/cast.a
unit_cast_objects := $(patsubst tests/unit/%.c,$(unit_out)/%.o,$(wildcard tests/unit/cast/*.c))
unit_programs := $(patsubst tests/unit/%.c,$(unit_out)/%,$(sort $(wildcard tests/unit/*/test_*.c)))

.PHONY: test-unit test-words test-replay
test-unit: $(unit_programs) ## the fast tests only
	$(Q)tests/unit/run $^

test-words: all ## the manual, the help and the schema agree
	$(Q)RSTBLAME=$(abspath $(program)) tests/words/run

test-replay: all ## recordings judged again
	$(Q)RSTBLAME=$(abspath $(program)) tests/replay/run

# Goldens, replays, README's example. Read the difference.
.PHONY: expected
golden_programs := $(patsubst tests/unit/%.c,$(unit_out)/%,$(shell grep -l assert_golden tests/unit/*/test_*.c))
expected: all $(O)/gen-schema $(golden_programs) ## refresh what the tests expect, and README's example
	$(Q)RSTBLAME=$(abspath $(program)) GEN_SCHEMA=$(abspath $(O)/gen-schema) tests/expected $(golden_programs)

# Archives, so that a test may bring its own copy of the module that it opens.
$(unit_core): $(unit_core_objects)
$(unit_cast): $(unit_cast_objects)
$(unit_core) $(unit_cast):
	$(Q)rm -f $@ && $(AR) qcs $@ $^

$(unit_programs): $(unit_out)/%: $(unit_out)/%.o $(unit_cast) $(unit_core)
	$(call say,LINK,$@)
	$(Q)$(CC) $(unit_cflags) $(LDFLAGS) -o $@ $^ $(unit_libs)

$(unit_out)/user/%.o: user/%.c | tools
	$(call say,CC,$< (asan))
	$(Q)mkdir -p $(@D) && $(CC) $(unit_cflags) -MMD -MP -c -o $@ $<

$(unit_out)/%.o: tests/unit/%.c | tools
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(unit_cflags) -MMD -MP -c -o $@ $<

.SECONDARY: $(patsubst %,%.o,$(unit_programs))
-include $(wildcard $(unit_out)/*/*.d) $(unit_core_objects:.o=.d)
