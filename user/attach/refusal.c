// SPDX-License-Identifier: GPL-2.0-only
#include "attach/refusal.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/privilege.h"

static bool has_btf(void)
{
	return access("/sys/kernel/btf/vmlinux", R_OK) == 0;
}

bool refusal_has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0;
}

/* What was refused, and the cure that fits the likeliest cause. */
void refusal_explain(int fentry_err, int kprobe_err, char why[LOADER_WHY_BYTES])
{
	struct privilege_facts facts;
	char kprobes[96] = "has no kprobes (CONFIG_KPROBE_EVENTS is off)";
	const char *cure;

	privilege_look(&facts);
	cure = privilege_cure(refusal_has_kprobes() ? kprobe_err : fentry_err, &facts);
	if (!cure)
		cure = facts.is_locked_down ? privilege_cure(-EPERM, &facts) :
		       !has_btf()           ? "it has no BTF: use --btf FILE" :
					      probe_cure(PROBE_MISSING);
	if (refusal_has_kprobes())
		snprintf(kprobes, sizeof(kprobes), "kprobe programs (%s)", strerror(-kprobe_err));
	snprintf(why, LOADER_WHY_BYTES,
		 "cannot trace: this kernel refuses fentry programs (%s) and %s; %s",
		 strerror(-fentry_err), kprobes, cure);
}

/* What --btf names, before it is blamed on the kernel. */
int refusal_check_btf(const char *path, char why[LOADER_WHY_BYTES])
{
	struct btf *btf = path ? btf__parse(path, NULL) : NULL;
	int err = path && !btf ? -errno : 0;
	char reason[80];

	btf__free(btf);
	if (!err)
		return 0;
	libbpf_strerror(err, reason, sizeof(reason));
	snprintf(
		why, LOADER_WHY_BYTES,
		"cannot read BTF from --btf %.200s: %s; use this kernel's vmlinux, or its types alone "
		"(pahole --btf_encode_detached)",
		path, reason);
	return err;
}

int refusal_check_resets(const struct probe_result *results, char why[LOADER_WHY_BYTES])
{
	const struct probe_result *r = &results[EVENT_PROBE_RESET_V4];

	if (probe_is_attached(r->state))
		return 0;
	snprintf(why, LOADER_WHY_BYTES, "cannot trace: %s; %s", r->why, probe_result_cure(r));
	return -ENOTSUP;
}
