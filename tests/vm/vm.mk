# SPDX-License-Identifier: GPL-2.0-only
# What runs on kernels in VMs; each goal installs what is missing, then builds. Included
# by the top Makefile.

# Another one that can be blindfolded, for the scenarios that want to see what becomes of that.
blindfold := $(O)/blindfold
binary := RSTBLAME=$(abspath $(program)) RSTBLAME_BLINDFOLD=$(abspath $(blindfold))

$(blindfold): tests/vm/blindfold.c $(user_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(all_ldflags) -Wl,--wrap=bpf_program__attach_trace \
		-Wl,--wrap=bpf_program__attach_kprobe -Wl,--wrap=kallsyms_open \
		-Wl,--wrap=timerfd_settime -Wl,--wrap=bpf_link_create -o $@ $^ $(libs)

blindfolded = +$(Q)$(MAKE) --no-print-directory $(blindfold)

.PHONY: demo test test-vm test-kernels test-toolchain soak compat trials
demo: ## replay the founding incident in a throw-away VM
	$(call ready,test)
	$(Q)RSTBLAME=$(abspath $(program)) scripts/demo

test: ## all tests
	$(call ready,test)
	$(blindfolded)
	$(Q)$(binary) O=$(abspath $(O)) MAKE="$(MAKE)" tests/all

test-vm: ## scenarios on one kernel: KERNEL=sid SCENARIOS="flap-ip user-flush" TIMES=10
	$(call ready,test)
	$(blindfolded)
	$(Q)$(binary) tests/vm/all -k $(KERNEL) -n $(TIMES) $(SCENARIOS)

# Some of an hour; of those that are fetched none may be missing, and what build-kernel was not
# asked for is said.
test-kernels: ## all scenarios on all kernels
	$(call ready,test)
	$(blindfolded)
	$(Q)status=0; export $(binary); \
		tests/vm/matrix -A -o $(O)/matrix || status=1; \
		tests/vm/compat $(O)/matrix >$(O)/compat.md && cat $(O)/compat.md && exit $$status

# In a chroot: builds, runs the unit tests; then what was built runs the core scenarios in
# a guest of Debian 13's programs and kernel. Without the incident: whether networkd 257
# removes the address or the kernel does, whose time for it is over, is a matter of
# milliseconds there.
test-toolchain: ## with Debian 13's compilers and libraries
	$(call ready,test)
	$(Q)scripts/toolchain-test trixie $(O)/trixie
	$(Q)RSTBLAME=$(abspath $(O))/trixie/rstblame \
		RSTBLAME_REPLAY=$(abspath $(program)) RSTBLAME_ROOT_SUITE=trixie \
		tests/vm/all -k trixie $$(grep -vE '^(\#|incident)' tests/vm/core) lifetime-expiry udhcpc

## SECONDS=600 SEED=1  how long a soak takes, which incidents it has; which mutants
SECONDS ?= 600
SEED ?= 1
soak: ## random incidents in a VM, each judged by what is known of it
	$(call ready,test)
	$(Q)RSTBLAME=$(abspath $(program)) tests/vm/soak -k $(KERNEL) -t $(SECONDS) -s $(SEED) -o $(O)/soak

trials: ## the table of settings in tests/vm/trials.md, from the last run of test-kernels
	$(Q)tests/vm/trials -u tests/vm/trials.md $(O)/matrix

compat: ## the table of kernels in tests/README.md, from the last run of test or test-kernels
	$(Q)tests/vm/compat -u tests/README.md $(O)/matrix
