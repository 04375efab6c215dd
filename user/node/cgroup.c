// SPDX-License-Identifier: GPL-2.0-only
#include "node/cgroup.h"

#include <ctype.h>
#include <string.h>

/* A person, who has a manager of his own, has no uid below (login.defs: UID_MIN). */
enum { ID_BYTES = 64, UID_MIN = 1000 };

struct part {
	const char *text;
	size_t len;
};

static bool ends_with(struct part p, const char *suffix)
{
	size_t len = strlen(suffix);

	return p.len > len && !memcmp(p.text + p.len - len, suffix, len);
}

static bool begins_with(struct part p, const char *prefix)
{
	size_t len = strlen(prefix);

	return p.len >= len && !memcmp(p.text, prefix, len);
}

static bool is_one_of(struct part p, const char *const *names)
{
	for (; *names; names++)
		if (strlen(*names) == p.len && begins_with(p, *names))
			return true;
	return false;
}

/* Groups that a runtime makes below the root where it does not use systemd's. */
static bool is_runtimes_root(struct part p)
{
	static const char *const roots[] = { "docker", "kubepods", "libpod_parent", "crio", "ecs",
					     "podman", NULL };

	return is_one_of(p, roots);
}

/* Services that make their containers below themselves. */
static bool is_runtimes_service(struct part p)
{
	static const char *const services[] = { "containerd.service", "docker.service",
						"crio.service",       "cri-docker.service",
						"kubelet.service",    "k3s.service",
						"k3s-agent.service",  "rke2-server.service",
						"rke2-agent.service", NULL };

	return is_one_of(p, services);
}

/* In front of the id: "docker-", "cri-containerd-", "crio-conmon-"; "…:cri-containerd:". */
static bool is_runtimes_prefix(struct part p)
{
	static const char *const runtimes[] = { "docker-", "cri-containerd-", "crio-",
						"libpod-", "nerdctl-",        NULL };
	static const char *const fields[] = { ":docker:", ":cri-containerd:", ":crio:",
					      ":libpod:", ":nerdctl:",        NULL };

	for (size_t i = 0; runtimes[i]; i++)
		if (begins_with(p, runtimes[i]) && p.text[p.len - 1] == '-')
			return true;
	for (size_t i = 0; fields[i]; i++)
		if (ends_with(p, fields[i]))
			return true;
	return false;
}

/* Where the id begins; NULL: it names no container. */
static const char *find_id(struct part p, bool may_be_bare)
{
	const char *id;
	size_t len = p.len;

	if (ends_with(p, ".scope"))
		len -= strlen(".scope");
	if (len < ID_BYTES)
		return NULL;
	id = p.text + len - ID_BYTES;
	for (size_t i = 0; i < ID_BYTES; i++)
		if (!isxdigit((unsigned char)id[i]))
			return NULL;
	if (len == ID_BYTES)
		return may_be_bare ? id : NULL;
	return is_runtimes_prefix((struct part){ p.text, len - ID_BYTES }) ? id : NULL;
}

static void take_container(const char *id, struct actor *actor)
{
	memcpy(actor->container, id, ID_BYTES);
	actor->container[ID_BYTES] = '\0';
}

/* One that is too long is left out, not cut. */
static void take_unit(struct part p, struct actor *actor)
{
	if (p.len >= sizeof(actor->unit))
		return;
	memcpy(actor->unit, p.text, p.len);
	actor->unit[p.len] = '\0';
}

static bool is_unit(struct part p)
{
	return ends_with(p, ".service") || ends_with(p, ".scope");
}

void cgroup_read(const char *path, struct actor *actor)
{
	bool is_runtimes = false; /* its own folders from here on */

	for (; *path && *path != '\n'; path += *path == '/') {
		struct part p = { path, strcspn(path, "/\n") };
		const char *id = find_id(p, is_runtimes);

		path += p.len;
		if (id) {
			take_container(id, actor);
			return; /* what is below is the container's */
		}
		if (is_unit(p)) {
			take_unit(p, actor);
			if (!is_runtimes_service(p))
				return; /* the unit's */
			is_runtimes = true;
		} else if (is_runtimes_root(p)) {
			is_runtimes = true;
		} else if (!is_runtimes && p.len && !ends_with(p, ".slice")) {
			return; /* anybody's */
		}
	}
}

void cgroup_read_last(const char *name, struct actor *actor)
{
	struct part p = { name, strlen(name) };
	const char *id;

	if (!actor->has_uid || actor->uid >= UID_MIN)
		return;
	id = find_id(p, true);
	if (id)
		take_container(id, actor);
	else if (is_unit(p))
		take_unit(p, actor);
}
