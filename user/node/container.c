// SPDX-License-Identifier: GPL-2.0-only
#include "node/container.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json_reader.h"
#include "base/utf8.h"

/* Docker's and a runtime's are some ten kilobytes; a list of Podman's may be longer. */
enum { FILE_BYTES_MAX = 1 << 20, PATH_BYTES = 512 };

static FILE *open_file(const char *root, const char *format, const char *id, size_t *size)
{
	char path[PATH_BYTES];
	struct stat st;
	size_t used = (size_t)snprintf(path, sizeof(path), "%s", root);

	if (used >= sizeof(path) ||
	    snprintf(path + used, sizeof(path) - used, format, id) >= (int)(sizeof(path) - used) ||
	    stat(path, &st) || !S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)
		return NULL;
	*size = (size_t)st.st_size;
	return fopen(path, "re");
}

/* NULL: it is not there, or no JSON. It lives until the next. */
static const struct json_value *load(struct json_reader *reader, const char *root,
				     const char *format, const char *id)
{
	const struct json_value *value = NULL;
	size_t size;
	FILE *file = open_file(root, format, id, &size);
	char *text = file ? malloc(size + 1) : NULL;

	if (text)
		value = json_read(reader, text, fread(text, 1, size, file));
	free(text);
	if (file)
		fclose(file);
	return value;
}

static const char *get(const struct json_value *object, const char *key)
{
	const char *text = json_text(json_member(object, key));

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
static void take_kubernetes(const struct json_value *labels, struct actor *actor)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		copy(get(labels, keys[i].container), actor->container_name,
		     sizeof(actor->container_name));
		take_pod(get(labels, keys[i].namespace), get(labels, keys[i].pod), actor);
	}
}

/* dockershim and cri-dockerd label; docker's own name is then a composed one. */
static void ask_docker(struct json_reader *reader, const char *root, struct actor *actor)
{
	const struct json_value *config = load(
		reader, root, "/var/lib/docker/containers/%s/config.v2.json", actor->container);
	const char *name = get(config, "Name");

	if (!strcmp(get(config, "ID"), actor->container)) {
		take_kubernetes(json_member(json_member(config, "Config"), "Labels"), actor);
		copy(name + (*name == '/'), actor->container_name, sizeof(actor->container_name));
	}
}

/* The bundle that it hands to runc, which has Kubernetes' names as annotations. */
static void ask_bundles(struct json_reader *reader, const char *root, struct actor *actor)
{
	static const char *const bundles[] = {
		"/run/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/%s/config.json",
		"/run/containers/storage/overlay-containers/%s/userdata/config.json",
	};

	for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
		const struct json_value *config = load(reader, root, bundles[i], actor->container);

		take_kubernetes(json_member(config, "annotations"), actor);
	}
}

/* The storage that Podman and CRI-O share knows each by its name. */
static void ask_storage(struct json_reader *reader, const char *root, struct actor *actor)
{
	const struct json_value *list =
		load(reader, root, "/var/lib/containers/storage/overlay-containers/%s.json",
		     "containers");

	for (const struct json_value *entry = json_first(list); entry; entry = entry->next) {
		const char *name = json_text(json_first(json_member(entry, "names")));

		if (name && !strcmp(get(entry, "id"), actor->container))
			copy(name, actor->container_name, sizeof(actor->container_name));
	}
}

void container_name(const char *root, struct actor *actor)
{
	struct json_reader *reader;

	actor->container_name[0] = actor->pod[0] = '\0';
	reader = actor->container[0] ? json_reader_new(true) : NULL;
	if (!reader)
		return;
	ask_docker(reader, root, actor);
	if (!actor->container_name[0])
		ask_bundles(reader, root, actor);
	if (!actor->container_name[0])
		ask_storage(reader, root, actor);
	json_reader_free(reader);
}
