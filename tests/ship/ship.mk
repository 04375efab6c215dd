# SPDX-License-Identifier: GPL-2.0-only
# What leaves this tree. Included by the top Makefile.

.PHONY: test-ship test-reach
test-ship: all static ## the static binary, package, image, manifests, metrics
	$(Q)RSTBLAME=$(abspath $(program)) STATIC=$(abspath $(static_program)) O=$(abspath $(O)) MAKE="$(MAKE)" tests/ship/run $(CHECKS)

# A guest of each, two minutes or so; NODES="bullseye/amd64" for some of them.
test-reach: all static deb ## the package on nodes of each Debian release, and the image
	$(call ready,test)
	$(Q)STATIC=$(abspath $(static_program)) DEB=$$(ls $(abspath $(O))/deb/*.deb) O=$(abspath $(O)) MAKE="$(MAKE)" tests/ship/reach $(NODES)
