/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Provokes in a private network namespace what the probes should see. A probe
 * that attached may still be blind: on some builds nf_ct_delete() is never
 * called by those who matter. Nothing outside that namespace changes, and no
 * module is loaded: conntrack is only asked where nf_conntrack_netlink is there.
 */
#ifndef RSTBLAME_SESSION_CANARY_H
#define RSTBLAME_SESSION_CANARY_H

#include "kernel/proof.h"

/* Runs it to its end, in a child. 0, or -errno. */
int canary_run(struct provoked *provoked);

#endif
