// SPDX-License-Identifier: GPL-2.0-only
/* What conntrack does not know here, said as --check and the verdict say it (node/gaps.c). */
#include <stdio.h>

#include "exposure/finding.h"

static void show_cures(const struct data_path *path, struct exposed *e)
{
	switch (path->kind) {
	case DATA_PATH_BPF:
	case DATA_PATH_POLICY:
		exposed_line(&e->cures,
			     "After a reset, ask the agent's own tools for its table of "
			     "connections: cilium-dbg bpf ct list global, calico-node -bpf "
			     "conntrack dump, aws-eks-na-cli ebpf dump-maps.");
		break;
	case DATA_PATH_IPVS:
		exposed_line(
			&e->cures,
			"ipvsadm -Lnc lists its connections, ipvsadm -l --timeout how long an idle "
			"one is kept (900 s, unless it was set).");
		break;
	case DATA_PATH_NOTRACK:
		exposed_line(&e->cures,
			     "Read the rule: what it matches has no entry, and needs none as "
			     "long as nothing translates it.");
		break;
	case DATA_PATH_OFFLOAD:
		exposed_line(&e->cures, "conntrack -L shows what is offloaded ([HW_OFFLOAD]).");
		break;
	}
}

void judge_blind(const struct look *look, struct exposures *out)
{
	for (size_t i = 0; i < look->data_paths.count; i++) {
		const struct data_path *path = &look->data_paths.items[i];
		struct exposed *e = exposures_add(out, finding_by_id("blind"));
		char words[EXPOSED_LINE_BYTES - 2];

		if (!e)
			return;
		snprintf(e->subject, sizeof(e->subject), "%s", path->who);
		snprintf(e->sentence, sizeof(e->sentence), "%s.",
			 data_path_format(path, words, sizeof(words)));
		e->sentence[0] = (char)(e->sentence[0] == 'a' || e->sentence[0] == 't' ?
						e->sentence[0] - 'a' + 'A' :
						e->sentence[0]);
		snprintf(e->stake.why_unknown, sizeof(e->stake.why_unknown),
			 "its connections are not in conntrack's table");
		e->severity = SEVERITY_LOW;
		exposed_line(&e->evidence, "%s", path->evidence);
		show_cures(path, e);
	}
}
