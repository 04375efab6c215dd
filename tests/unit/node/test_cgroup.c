// SPDX-License-Identifier: GPL-2.0-only
/* Unit and container of a cgroup path, for each runtime's way to name them; and whose word
 * that is. */
#include "cast/make.h"

#include <stdlib.h>
#include <string.h>

#include "node/cgroup.h"

#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
	const char *path, *unit, *container;
} cases[] = {
	/* systemd */
	{ "system.slice/systemd-networkd.service", "systemd-networkd.service", "" },
	{ "user.slice/user-1000.slice/session-4.scope", "session-4.scope", "" },
	{ "user.slice/user-1000.slice/user@1000.service/app.slice/app-x.service",
	  "user@1000.service", "" },
	{ "init.scope", "init.scope", "" },
	{ "system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", "" },
	/* docker, with the systemd driver and with cgroupfs */
	{ "system.slice/docker-" ID ".scope", "", ID },
	{ "docker/" ID, "", ID },
	{ "docker/" ID "/system.slice/nginx.service", "", ID },
	/* containerd without systemd's driver */
	{ "system.slice/containerd.service/kubepods-burstable-pod0d9b.slice:cri-containerd:" ID,
	  "containerd.service", ID },
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
	  "user@1000.service", "" },
	/* a container in a container: the outermost is what runs here */
	{ "system.slice/docker-" ID ".scope/kubelet.slice/cri-containerd-" OTHER ".scope", "", ID },
	/* names that others may choose: a user's manager, a service that was given its group, a
	 * container, a folder of anybody's */
	{ "user.slice/user-1000.slice/user@1000.service/docker-" ID ".scope", "user@1000.service",
	  "" },
	{ "user.slice/user-1000.slice/user@1000.service/kubepods.slice/cri-containerd-" ID ".scope",
	  "user@1000.service", "" },
	{ "user.slice/user-1000.slice/user@1000.service/system.slice/sshd.service",
	  "user@1000.service", "" },
	{ "user.slice/user-1000.slice/session-4.scope/docker/" ID, "session-4.scope", "" },
	{ "system.slice/buildbot.service/docker-" ID ".scope", "buildbot.service", "" },
	{ "delegated/docker-" ID ".scope", "", "" },
	{ "delegated/kubepods/" ID, "", "" },
	{ "delegated/sshd.service", "", "" },
	{ ID, "", "" },
	{ "system.slice/mine-" ID ".scope", "", "" },
	{ "system.slice/docker-" ID "0.scope", "", "" },
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

		cgroup_read(exact, &actor);
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
	cgroup_read("user.slice", &actor);
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
	cgroup_read(path, &actor); /* too long to hold: left out, not cut */
	assert_string_equal(actor.unit, "");
}

/* Of one who has gone only the last part is known, and anybody may have chosen it. */
static void last_part_is_roots(void **state)
{
	static const struct {
		bool has_uid;
		uint32_t uid;
		const char *name, *unit, *container;
	} lasts[] = {
		{ true, 0, "docker-" ID ".scope", "", ID },
		{ true, 0, ID, "", ID },
		{ true, 0, "shop.service", "shop.service", "" },
		{ true, 0, "system.slice", "", "" },
		{ true, 998, "systemd-networkd.service", "systemd-networkd.service", "" },
		{ true, 1000, "docker-" ID ".scope", "", "" },
		{ true, 1000, ID, "", "" },
		{ true, 1000, "sshd.service", "", "" },
		{ false, 0, "docker-" ID ".scope", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lasts) / sizeof(lasts[0]); i++) {
		struct actor actor = { .pid = 1, .has_uid = lasts[i].has_uid, .uid = lasts[i].uid };

		cgroup_read_last(lasts[i].name, &actor);
		assert_string_equal(actor.unit, lasts[i].unit);
		assert_string_equal(actor.container, lasts[i].container);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cgroups),
		cmocka_unit_test(leaves_the_rest_alone),
		cmocka_unit_test(long_components),
		cmocka_unit_test(last_part_is_roots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
