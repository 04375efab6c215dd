# SPDX-License-Identifier: GPL-2.0-only
# What runs on kernels in VMs; each goal installs what is missing, then builds. Included
# by the top Makefile.

build_blind = +$(Q)$(MAKE) --no-print-directory O=$(O)/blind BLIND=1 all
binaries := RSTBLAME=$(abspath $(program)) RSTBLAME_BLIND=$(abspath $(blind))

.PHONY: demo test test-vm test-kernels test-toolchain compat
demo: ## replay the founding incident in a throw-away VM
	$(call ready,test)
	$(Q)RSTBLAME=$(abspath $(program)) scripts/demo

test: ## all tests
	$(call ready,test)
	$(build_blind)
	$(Q)$(binaries) O=$(abspath $(O)) MAKE="$(MAKE)" tests/all

test-vm: ## scenarios on one kernel: KERNEL=sid SCENARIOS="flap-ip user-flush" TIMES=10
	$(call ready,test)
	$(build_blind)
	$(Q)$(binaries) tests/vm/all -k $(KERNEL) -n $(TIMES) $(SCENARIOS)

# Some of an hour; none may be missing.
test-kernels: ## all scenarios on all kernels
	$(call ready,test)
	$(build_blind)
	$(Q)status=0; export $(binaries); \
		tests/vm/matrix -A -o $(O)/matrix || status=1; \
		tests/vm/compat $(O)/matrix >$(O)/compat.md && cat $(O)/compat.md && exit $$status

# In a chroot: builds, runs the unit tests; then what was built runs the core scenarios in
# a guest of Debian 13's programs and kernel. Without the incident: whether networkd 257
# removes the address or the kernel does, whose time for it is over, is a matter of
# milliseconds there.
test-toolchain: ## with Debian 13's compilers and libraries
	$(call ready,test)
	$(Q)scripts/toolchain-test trixie $(O)/trixie
	$(Q)RSTBLAME=$(abspath $(O))/trixie/rstblame RSTBLAME_BLIND=$(abspath $(O))/trixie/blind/rstblame \
		RSTBLAME_REPLAY=$(abspath $(program)) RSTBLAME_ROOT_SUITE=trixie \
		tests/vm/all -k trixie $$(grep -vE '^(\#|incident)' tests/vm/core) lifetime-expiry udhcpc

compat: ## the README's table of kernels, from the last run of test or test-kernels
	$(Q)tests/vm/compat -u README.md $(O)/matrix
