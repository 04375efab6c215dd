// SPDX-License-Identifier: GPL-2.0-only
/* The addresses that keepalived moves between nodes. */
#include <ctype.h>
#include <string.h>

#include "exposure/read.h"

enum { LINE_BYTES = 512 };

/* Within virtual_ipaddress { … } an address begins its line. */
static void take_line(struct look *look, const char *path, unsigned int number, const char *line)
{
	char word[ADDRESS_TEXT_BYTES];
	struct address address;
	int family;

	if (sscanf(line, " %47[0-9a-fA-F.:]", word) != 1)
		return;
	family = address_parse(word, &address);
	for (size_t i = 0; family && i < look->addresses_count; i++) {
		struct look_address *a = &look->addresses[i];

		if (a->family != family || !address_equal(&a->address, &address))
			continue;
		a->is_keepaliveds = true;
		snprintf(a->keepalived.path, sizeof(a->keepalived.path), "%s", path);
		a->keepalived.line = number;
	}
}

void read_keepalived(struct look *look, const struct node_files *files)
{
	static const char path[] = "/etc/keepalived/keepalived.conf";
	FILE *file = node_file_open(files, path);
	char line[LINE_BYTES];
	bool is_inside = false;

	for (unsigned int number = 1; file && fgets(line, sizeof(line), file); number++) {
		const char *words = line;

		while (isspace((unsigned char)*words))
			words++;
		if (!strncmp(words, "virtual_ipaddress", strlen("virtual_ipaddress")))
			is_inside = true;
		else if (is_inside)
			take_line(look, path, number, line);
		if (strchr(words, '}'))
			is_inside = false;
	}
	if (file)
		fclose(file);
}
