# SPDX-License-Identifier: GPL-2.0-only
# What leaves this tree. Included by the top Makefile.

.PHONY: test-ship
test-ship: all static ## the static binary, package, image, manifests, metrics
	$(Q)RSTBLAME=$(abspath $(program)) STATIC=$(abspath $(static_program)) O=$(abspath $(O)) MAKE="$(MAKE)" tests/ship/run $(CHECKS)
