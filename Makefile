# SPDX-License-Identifier: GPL-2.0-only
# make            build ./rstblame
# make demo       replay the founding incident in a throw-away VM
# make test       all tests; make test-unit: the fast ones only; make test-kernels:
#                 all scenarios on all kernels; make test-toolchain: Debian 13's
# make expected   refresh what the tests expect, and README's example
# make bench      what it costs, beside what else one would use; writes the tables
# make deps       install what the build needs (Debian, as root)
# make install    DESTDIR= and PREFIX= as usual
# O=DIR builds elsewhere, V=1 shows the commands, CROSS_COMPILE=aarch64-linux-gnu-
# builds for arm64 (with SYSROOT=DIR from there: scripts/fetch-root bookworm arm64
# guest makes one), WERROR=1 is what CI sets. BLIND=1 (with an O= of its own) makes the
# build that does not see a split nf_ct_delete, for the test of --check.

O ?= build
V ?= 0
PREFIX ?= /usr/local
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

# Where headers and libraries for it are, if not among this machine's.
SYSROOT ?=
CC := $(CROSS_COMPILE)gcc$(if $(SYSROOT), --sysroot=$(SYSROOT))
CLANG ?= clang
# bpftool runs here, whatever is built for.
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)

machine := $(shell $(CC) -dumpmachine 2>/dev/null)
ifneq ($(filter aarch64-%,$(machine)),)
  arch := arm64
  bpf_arch := arm64
else
  arch := x86_64
  bpf_arch := x86
endif

# Goals that build need tools; the others install them, or need none.
ifneq ($(filter-out demo test test-vm test-kernels test-toolchain compat bench-truth bench-scale bench \
	bench-table deps clean,$(or $(MAKECMDGOALS),all)),)
  missing := $(foreach t,$(firstword $(CC)) $(CLANG) $(BPFTOOL),$(if $(shell command -v $(t)),,$(t)))
  ifneq ($(strip $(missing)),)
    $(error missing: $(missing); on Debian, as root: make deps)
  endif
endif

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla $(if $(WERROR),-Werror)
all_cflags := -std=gnu11 -D_GNU_SOURCE -Iuser -I. -I$(O) $(warnings) $(CFLAGS) $(SANITIZE) \
	$(if $(BLIND),-DRSTBLAME_BLIND)
bpf_cflags := -target bpf -g -O2 -mcpu=v2 -Wall $(if $(WERROR),-Werror) \
	-D__TARGET_ARCH_$(bpf_arch) -Ivmlinux/$(arch) -Ibpf
libs := -lbpf -lelf -lz -ljansson -lcap-ng -lmnl -lpcap -lsystemd -lpthread

# Definitions first: libbpf 1.1's linker keeps the offset 0 of an extern map that it
# meets before its definition.
bpf_sources := bpf/shared.bpf.c $(filter-out bpf/shared.bpf.c,$(wildcard bpf/*.bpf.c))
bpf_objects := $(patsubst bpf/%.c,$(O)/bpf/%.o,$(bpf_sources))
user_sources := $(sort $(wildcard user/*.c user/*/*.c user/*/*/*.c))
user_objects := $(user_sources:%.c=$(O)/%.o)
# What runs without libbpf and without privilege: the unit tests' half.
core_objects := $(filter-out $(O)/user/main.o $(O)/user/attach/% $(O)/user/session/%,$(user_objects))
skeleton := $(O)/rstblame.skel.h
program := $(if $(filter build,$(O)),rstblame,$(O)/rstblame)
blind := $(O)/blind/rstblame

.PHONY: all
all: $(program)
	@:

$(program): $(user_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(libs)

$(O)/user/%.o: user/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(all_cflags) -MMD -MP -c -o $@ $<

$(patsubst user/%.c,$(O)/user/%.o,$(wildcard user/attach/*.c)): | $(skeleton)

$(O)/bpf/%.o: bpf/%.c | $(O)/bpf
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(bpf_cflags) -MMD -MP -c -o $@ $<

$(O)/rstblame.bpf.o: $(bpf_objects)
$(O)/%.bpf.o:
	$(call say,GEN,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(O)/%.skel.h: $(O)/%.bpf.o
	$(call say,GEN,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@.tmp && mv $@.tmp $@

$(O)/bpf:
	$(Q)mkdir -p $@

-include $(user_objects:.o=.d) $(wildcard $(O)/bpf/*.d)

# ---- what a newcomer calls: each installs what is missing, then builds ----

.PHONY: demo test test-vm test-kernels test-toolchain compat deps
demo:
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)RSTBLAME=$(abspath $(program)) scripts/demo

test:
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(MAKE) --no-print-directory O=$(O)/blind BLIND=1 all
	$(Q)RSTBLAME=$(abspath $(program)) RSTBLAME_BLIND=$(abspath $(blind)) O=$(abspath $(O)) MAKE="$(MAKE)" tests/all

# All scenarios on all kernels, some of an hour; none may be missing.
test-kernels:
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(MAKE) --no-print-directory O=$(O)/blind BLIND=1 all
	$(Q)status=0; export RSTBLAME=$(abspath $(program)) RSTBLAME_BLIND=$(abspath $(blind)); \
		tests/vm/matrix -A -o $(O)/matrix || status=1; \
		tests/vm/compat $(O)/matrix >$(O)/compat.md && cat $(O)/compat.md && exit $$status

# The README's table, from the last run of test or test-kernels.
compat:
	$(Q)tests/vm/compat -u README.md $(O)/matrix

# Debian 13's compilers and libraries, in a chroot: builds, runs the unit tests; then what
# was built runs the core scenarios in a guest of Debian 13's programs and kernel. Without
# the incident: whether networkd 257 removes the address or the kernel does, whose time for
# it is over, is a matter of milliseconds there.
test-toolchain:
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)scripts/toolchain-test trixie $(O)/trixie
	$(Q)RSTBLAME=$(abspath $(O))/trixie/rstblame RSTBLAME_BLIND=$(abspath $(O))/trixie/blind/rstblame \
		RSTBLAME_REPLAY=$(abspath $(program)) RSTBLAME_ROOT_SUITE=trixie \
		tests/vm/all -k trixie $$(grep -vE '^(\#|incident)' tests/vm/core) lifetime-expiry udhcpc

# One kernel's scenarios, or some of them: make test-vm KERNEL=sid SCENARIOS=flap-ip TIMES=10
KERNEL ?= bookworm
TIMES ?= 1
test-vm:
	$(Q)scripts/install-deps test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(MAKE) --no-print-directory O=$(O)/blind BLIND=1 all
	$(Q)RSTBLAME=$(abspath $(program)) RSTBLAME_BLIND=$(abspath $(blind)) tests/vm/all -k $(KERNEL) -n $(TIMES) $(SCENARIOS)

deps:
	$(Q)scripts/install-deps build

# ---- upkeep ----

.PHONY: install format check-format vmlinux clean
install: all
	$(call say,INSTALL,$(DESTDIR)$(PREFIX)/sbin/rstblame)
	$(Q)install -D -m 755 $(program) $(DESTDIR)$(PREFIX)/sbin/rstblame
	$(Q)install -D -m 644 user/rstblame.8 $(DESTDIR)$(PREFIX)/share/man/man8/rstblame.8
	$(Q)install -D -m 644 scripts/rstblame.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/rstblame

c_files := $(wildcard bpf/*.[ch] user/*.[ch] user/*/*.[ch] user/*/*/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch] scripts/*.[ch])
CLANG_FORMAT ?= $(firstword $(foreach f,clang-format-14 clang-format,$(shell command -v $(f))))
format:
	$(Q)$(CLANG_FORMAT) -i $(c_files)

check-format:
	$(Q)bad=; for f in $(c_files); do \
		$(CLANG_FORMAT) $$f | cmp -s - $$f || bad="$$bad $$f"; \
	done; [ -z "$$bad" ] || { echo "run make format:$$bad" >&2; exit 1; }

vmlinux:
	$(Q)scripts/gen-vmlinux

clean:
	$(Q)rm -rf $(O) $(program)

# Where make bench leaves what it measured: its halves are included in no special order.
bench_out := $(O)/bench

-include $(wildcard tests/*/*.mk)
