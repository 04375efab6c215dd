# SPDX-License-Identifier: GPL-2.0-only
# A debugger stops rstblame for a minute, and a flush and its resets come meanwhile: all of
# it is in the rings when it goes on.

. /guest/stopped.sh
RUNS=test-kernels
WINDOW=120

setup() { stopped_setup; }

act() { stopped 60 flush_and_resets; }
