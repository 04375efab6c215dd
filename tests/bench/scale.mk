# SPDX-License-Identifier: GPL-2.0-only
# 300 namespaces and 100,000 sockets in a VM, and rstblame beside them. NAMESPACES,
# SOCKETS, FLOWS, STORM and KERNEL choose others. Included by the top Makefile.

.PHONY: bench-scale
bench-scale: ## 300 namespaces and 100,000 sockets in a VM
	$(call ready,test)
	$(Q)RSTBLAME=$(abspath $(program)) tests/bench/scale -k $(KERNEL) -o $(O)/scale
