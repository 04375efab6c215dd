// SPDX-License-Identifier: GPL-2.0-only
#include "node/container.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf8.h"

/* Docker's and a runtime's are some ten kilobytes; a list of Podman's may be longer. */
enum { FILE_BYTES_MAX = 1 << 20, PATH_BYTES = 512 };

static json_t *load(const char *root, const char *format, const char *id)
{
	char path[PATH_BYTES];
	struct stat st;
	size_t used = (size_t)snprintf(path, sizeof(path), "%s", root);

	if (used >= sizeof(path) ||
	    snprintf(path + used, sizeof(path) - used, format, id) >= (int)(sizeof(path) - used) ||
	    stat(path, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)
		return NULL;
	return json_load_file(path, 0, NULL);
}

static const char *get(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void copy(const char *text, char *out, size_t size)
{
	if (*text && !*out)
		utf8_printable(text, out, size);
}

static void take_pod(const char *namespace, const char *pod, struct actor *actor)
{
	char text[sizeof(actor->pod) * 2];

	if (!*pod)
		return;
	snprintf(text, sizeof(text), "%s%s%s", namespace, *namespace ? "/" : "", pod);
	copy(text, actor->pod, sizeof(actor->pod));
}

/* Each runtime's own keys for the same three. */
static const struct {
	const char *container, *namespace, *pod;
} keys[] = {
	{ "io.kubernetes.cri.container-name", "io.kubernetes.cri.sandbox-namespace",
	  "io.kubernetes.cri.sandbox-name" },
	{ "io.kubernetes.container.name", "io.kubernetes.pod.namespace", "io.kubernetes.pod.name" },
};

/* Of an object of labels or annotations. */
static void take_kubernetes(const json_t *labels, struct actor *actor)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		copy(get(labels, keys[i].container), actor->container_name,
		     sizeof(actor->container_name));
		take_pod(get(labels, keys[i].namespace), get(labels, keys[i].pod), actor);
	}
}

/* dockershim and cri-dockerd label; docker's own name is then a composed one. */
static void ask_docker(const char *root, struct actor *actor)
{
	json_t *config =
		load(root, "/var/lib/docker/containers/%s/config.v2.json", actor->container);
	const char *name = get(config, "Name");

	if (!strcmp(get(config, "ID"), actor->container)) {
		take_kubernetes(json_object_get(json_object_get(config, "Config"), "Labels"),
				actor);
		copy(name + (*name == '/'), actor->container_name, sizeof(actor->container_name));
	}
	json_decref(config);
}

/* The bundle that it hands to runc, which has Kubernetes' names as annotations. */
static void ask_bundles(const char *root, struct actor *actor)
{
	static const char *const bundles[] = {
		"/run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/containers/storage/overlay-containers/%s/userdata/config.json",
	};

	for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
		json_t *config = load(root, bundles[i], actor->container);

		take_kubernetes(json_object_get(config, "annotations"), actor);
		json_decref(config);
	}
}

/* The storage that Podman and CRI-O share knows each by its name. */
static void ask_storage(const char *root, struct actor *actor)
{
	json_t *list =
		load(root, "/var/lib/containers/storage/overlay-containers/%s.json", "containers");
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		const json_t *names = json_object_get(entry, "names");
		const char *name = json_string_value(json_array_get(names, 0));

		if (name && !strcmp(get(entry, "id"), actor->container))
			copy(name, actor->container_name, sizeof(actor->container_name));
	}
	json_decref(list);
}

void container_name(const char *root, struct actor *actor)
{
	actor->container_name[0] = actor->pod[0] = '\0';
	if (!actor->container[0])
		return;
	ask_docker(root, actor);
	if (!actor->container_name[0])
		ask_bundles(root, actor);
	if (!actor->container_name[0])
		ask_storage(root, actor);
}
