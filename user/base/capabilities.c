// SPDX-License-Identifier: GPL-2.0-only
#include "base/capabilities.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/securebits.h>
#include <sys/prctl.h>

uint64_t capabilities_held(void)
{
	uint64_t held = 0;

	capng_get_caps_process();
	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		if (capng_have_capability(CAPNG_EFFECTIVE, i))
			held |= CAPABILITY(i);
	return held;
}

int capabilities_keep(uint64_t keep)
{
	uint64_t held = capabilities_held();

	/* Where it may not (CAP_SETPCAP), no_new_privs does as much. */
	prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED);
	capng_clear(CAPNG_SELECT_ALL); /* those that libcap-ng does not know, too */
	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		if (held & keep & CAPABILITY(i))
			capng_update(CAPNG_ADD,
				     CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET, i);
	/* The bounding set first: to take out of it is a capability itself. */
	capng_apply(CAPNG_SELECT_BOUNDS);
	capng_apply(CAPNG_SELECT_AMBIENT);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}
