// SPDX-License-Identifier: GPL-2.0-only
/* What runtimes' files say of a container, as they were found on real nodes, cut to what
 * matters; and files that lie or are broken. */
#include "cast/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/container.h"

#define ID "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9"
#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define DOCKER "/var/lib/docker/containers/" ID "/config.v2.json"
#define CONTAINERD "/run/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json"
#define K3S "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/" ID "/config.json"
#define USERDATA "/run/containers/storage/overlay-containers/" ID "/userdata/config.json"
#define STORAGE "/var/lib/containers/storage/overlay-containers/containers.json"

static char root[64];

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/rstblame-root-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static void put(const char *path, const char *text)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void expect(const char *name, const char *pod)
{
	struct actor actor = { .pid = 1, .container = ID };

	container_name(root, &actor);
	assert_string_equal(actor.container_name, name);
	assert_string_equal(actor.pod, pod);
	assert_string_equal(actor.container, ID);
}

static void docker(void **state)
{
	(void)state;
	expect("", "");
	put(DOCKER,
	    "{\"StreamConfig\":{},\"State\":{\"Running\":true,\"Pid\":4711},\"ID\":\"" ID
	    "\",\"Created\":\"2026-11-22T10:00:00Z\",\"Config\":{\"Hostname\":\"0a1b2c3d4e5f\","
	    "\"Image\":\"redis:7\",\"Labels\":{\"com.docker.compose.service\":\"web\"}},"
	    "\"Image\":\"sha256:00\",\"Name\":\"/shop-web-1\",\"Driver\":\"overlay2\"}");
	expect("shop-web-1", "");
}

static void docker_under_kubernetes(void **state)
{
	(void)state;
	put(DOCKER,
	    "{\"ID\":\"" ID "\",\"Name\":\"/k8s_app_web-0_shop_0d9b6d5e_0\",\"Config\":{"
	    "\"Labels\":{\"io.kubernetes.container.name\":\"app\","
	    "\"io.kubernetes.pod.name\":\"web-0\",\"io.kubernetes.pod.namespace\":\"shop\"}}}");
	expect("app", "shop/web-0");
}

static void containerd(void **state)
{
	static const char config[] =
		"{\"ociVersion\":\"1.1.0\",\"process\":{\"user\":{\"uid\":0}},\"hostname\":\"web-0\","
		"\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\","
		"\"io.kubernetes.cri.container-type\":\"container\","
		"\"io.kubernetes.cri.sandbox-id\":\"" OTHER "\","
		"\"io.kubernetes.cri.sandbox-name\":\"web-0\","
		"\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}";

	(void)state;
	put(CONTAINERD, config);
	expect("app", "shop/web-0");
	assert_int_equal(remove_root(NULL), 0);
	assert_int_equal(mkdir(root, 0755), 0);
	put(K3S, config);
	expect("app", "shop/web-0");
}

static void crio(void **state)
{
	(void)state;
	put(USERDATA, "{\"ociVersion\":\"1.0.2\",\"annotations\":{"
		      "\"io.kubernetes.container.name\":\"app\","
		      "\"io.kubernetes.cri-o.ContainerID\":\"" ID "\","
		      "\"io.kubernetes.pod.name\":\"web-0\","
		      "\"io.kubernetes.pod.namespace\":\"shop\"}}");
	put(STORAGE, "[{\"id\":\"" ID "\",\"names\":[\"k8s_app_web-0_shop_0d9b6d5e_0\"]}]");
	expect("app", "shop/web-0");
}

static void podman(void **state)
{
	(void)state;
	put(USERDATA, "{\"ociVersion\":\"1.0.2\",\"hostname\":\"0a1b2c3d4e5f\",\"annotations\":{"
		      "\"io.container.manager\":\"libpod\",\"org.opencontainers.image.stopSignal\":"
		      "\"15\"}}");
	put(STORAGE, "[{\"id\":\"" OTHER "\",\"names\":[\"db\"]},{\"id\":\"" ID
		     "\",\"names\":[\"web\"],\"image\":\"00\",\"layer\":\"00\","
		     "\"metadata\":\"{\\\"image-name\\\":\\\"docker.io/library/redis:7\\\"}\"}]");
	expect("web", "");
}

/* Another container's file under that name, files that are none, names of any bytes. */
static void lies(void **state)
{
	static const char *const broken[] = {
		"",
		"{",
		"[]",
		"null",
		"{\"ID\":7,\"Name\":{}}",
		"{\"ID\":\"" OTHER "\",\"Name\":\"/x\"}",
	};
	char text[600] = "{\"ID\":\"" ID "\",\"Name\":\"/";
	struct actor none = { .pid = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		put(DOCKER, broken[i]);
		put(USERDATA, broken[i]);
		put(STORAGE, broken[i]);
		expect("", "");
	}
	put(DOCKER, "{\"ID\":\"" ID "\",\"Name\":\"/a\\u001b[2Jb\"}");
	expect("a?[2Jb", "");
	memset(text + strlen(text), 'n', 300);
	strcat(text, "\"}");
	put(DOCKER, text);
	{
		struct actor actor = { .pid = 1, .container = ID };

		container_name(root, &actor);
		assert_int_equal(strlen(actor.container_name), sizeof(actor.container_name) - 1);
	}
	/* Not in a container: nothing is asked. */
	container_name(root, &none);
	assert_string_equal(none.container_name, "");
}

#define WITH_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROOT(docker),     WITH_ROOT(docker_under_kubernetes),
		WITH_ROOT(containerd), WITH_ROOT(crio),
		WITH_ROOT(podman),     WITH_ROOT(lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
