# SPDX-License-Identifier: GPL-2.0-only
# Random incidents for a while (SOAK_SECONDS, SOAK_SEED), each judged by what is known of
# it: see guest/soak.sh and soak.jq.

. /guest/soak.sh
# In words of shell arithmetic: what is under way when its time is over goes on to its end.
WINDOW=SOAK_SECONDS+180

setup() { soak_setup; }
act() { soak_act; }
teardown() { soak_teardown; }
