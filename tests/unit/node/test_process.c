// SPDX-License-Identifier: GPL-2.0-only
/* Unit and container of a cgroup path, for each runtime's way to name them. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/process.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *path, *unit, *container;
} cases[] = {
	/* systemd */
	{ "system.slice/systemd-networkd.service", "systemd-networkd.service", "" },
	{ "user.slice/user-1000.slice/session-4.scope", "session-4.scope", "" },
	{ "user.slice/user-1000.slice/user@1000.service/app.slice/app-x.service", "app-x.service",
	  "" },
	{ "init.scope", "init.scope", "" },
	{ "system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", "" },
	/* docker, with the systemd driver and with cgroupfs */
	{ "system.slice/docker-" ID ".scope", "", ID },
	{ "docker/" ID, "", ID },
	{ "docker/" ID "/system.slice/nginx.service", "nginx.service", ID },
	/* containerd and CRI-O under Kubernetes */
	{ "kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod0d9b6d5e_0000_4000_8000_123456789abc.slice/cri-containerd-" ID
	  ".scope",
	  "", ID },
	{ "kubepods.slice/kubepods-pod0d9b6d5e.slice/crio-" ID ".scope", "", ID },
	{ "kubepods/besteffort/pod0d9b6d5e-0000-4000-8000-123456789abc/" ID, "", ID },
	/* podman, rootful and rootless */
	{ "machine.slice/libpod-" ID ".scope/container", "", ID },
	{ "user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
	  "user@1000.service", ID },
	/* a container of a service (docker's own daemon is not in it) */
	{ "system.slice/docker.service", "docker.service", "" },
	/* neither */
	{ "", "", "" },
	{ "/", "", "" },
	{ "user.slice", "", "" },
	{ "mygroup/sub", "", "" },
	{ ".service", "", "" },
	{ "xservice", "", "" },
	{ "0123456789abcdef", "", "" }, /* too short for an id */
	{ "docker-0123456789abcdef.scope", "docker-0123456789abcdef.scope", "" },
	{ "x" ID, "", "" }, /* in the middle of a word */
};

static void cgroups(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct actor actor = { .pid = 1 };
		char *exact = strdup(cases[i].path);

		process_from_cgroup(exact, &actor);
		free(exact);
		if (strcmp(actor.unit, cases[i].unit) ||
		    strcmp(actor.container, cases[i].container))
			fail_msg("%s: unit '%s', container '%s'", cases[i].path, actor.unit,
				 actor.container);
	}
}

/* What the path does not say is left as the record had it. */
static void leaves_the_rest_alone(void **state)
{
	struct actor actor = { .pid = 1, .unit = "ssh.service", .comm = "sshd" };

	(void)state;
	process_from_cgroup("user.slice", &actor);
	assert_string_equal(actor.unit, "ssh.service");
	assert_string_equal(actor.comm, "sshd");
}

static void long_components(void **state)
{
	char path[400] = "system.slice/";
	struct actor actor = { .pid = 1 };

	(void)state;
	memset(path + strlen(path), 'a', 300);
	strcat(path, ".service");
	process_from_cgroup(path, &actor); /* too long to hold: left out, not cut */
	assert_string_equal(actor.unit, "");
}

/* A process that has gone, or whose pid is another's by now, tells nothing. */
static void other_process(void **state)
{
	struct observation seen = make_address(ADDRESS_REMOVE, "10.9.0.1", UP0, &ip_command);

	(void)state;
	seen.change.actor.pid = (uint32_t)getpid();
	seen.change.actor.start_boottime_ns = 1;
	process_describe_observation(&seen);
	assert_string_equal(seen.change.actor.exe, "");
	seen.change.actor.pid = 4194305; /* past any pid_max */
	process_describe_observation(&seen);
	assert_string_equal(seen.change.actor.exe, "");
	seen.change.actor.pid = 0;
	process_describe_observation(&seen);
	assert_string_equal(seen.change.actor.exe, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cgroups),
		cmocka_unit_test(leaves_the_rest_alone),
		cmocka_unit_test(long_components),
		cmocka_unit_test(other_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
