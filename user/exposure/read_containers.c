// SPDX-License-Identifier: GPL-2.0-only
/* The names of a bundle's containers: the live node's are read with their processes. */
#include <string.h>

#include "exposure/read.h"

enum { LINE_BYTES = 1024, ID_SHOWN = 12 };

/* "d0c4e2000000   image   "command"   2 hours ago   Up 2 hours   80/tcp   shop-web-1" */
static void take_line(struct look *look, char *line)
{
	const char *name;

	line[strcspn(line, "\n")] = '\0';
	for (size_t len = strlen(line); len && line[len - 1] == ' ';)
		line[--len] = '\0';
	name = strrchr(line, ' ');
	if (!name || strcspn(line, " ") != ID_SHOWN)
		return;
	for (size_t i = 0; i < look->processes_count; i++) {
		struct look_process *p = &look->processes[i];

		if (!strncmp(p->container, line, ID_SHOWN))
			snprintf(p->container_name, sizeof(p->container_name), "%s", name + 1);
	}
}

void read_containers(struct look *look, const struct node_files *files)
{
	static const char *const commands[][2] = {
		{ "docker/docker_ps*", NULL },
		{ "podman/podman_ps*", NULL },
	};

	for (size_t i = 0; !files->is_live && i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct look_place place;
		char line[LINE_BYTES];
		FILE *file = node_command_open(files, commands[i], &place);

		while (file && fgets(line, sizeof(line), file))
			take_line(look, line);
		if (file)
			fclose(file);
	}
}
