// SPDX-License-Identifier: GPL-2.0-only
/* What goes past conntrack. It was found before privileges were given up (session/exposure.c); here is
 * only said what could not be. */
#include <string.h>

#include "exposure/read.h"

void read_data_paths(struct look *look, const struct node_files *files)
{
	if (!files->is_live)
		look_lacks(look, LOOK_DATA_PATHS, "a bundle does not list the node's BPF programs");
	else if (look->data_paths.bpf_err)
		look_lacks(look, LOOK_DATA_PATHS, "cannot list BPF programs: %s%s",
			   strerror(-look->data_paths.bpf_err),
			   look->data_paths.bpf_err == -1 ? "; run it as root" : "");
}
