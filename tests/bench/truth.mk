# SPDX-License-Identifier: GPL-2.0-only
# What was true of each reset × what was said of it, over all
# scenarios on all kernels, five times. KERNELS, SCENARIOS and TIMES choose others;
# RESULTS="DIR..." takes the results of earlier runs (tests/vm/all -o) instead.
# Included by the top Makefile.

KERNELS ?= bullseye bookworm trixie sid trixie-backports
truth_times := $(if $(filter file undefined,$(origin TIMES)),5,$(TIMES))

.PHONY: bench-truth
bench-truth: ## what was true of each reset × what was said of it
	$(Q)tests/bench/truth --self-test
ifdef RESULTS
	$(Q)tests/bench/truth $(RESULTS)
else
	$(call ready,test)
	$(Q)rm -rf $(O)/truth
	$(Q)for kernel in $(KERNELS); do \
		RSTBLAME=$(abspath $(program)) tests/vm/all -k $$kernel -n $(truth_times) \
			-o $(O)/truth/$$kernel $(SCENARIOS) || bad=1; \
	done; tests/bench/truth $(O)/truth && [ -z "$$bad" ]
endif
