// SPDX-License-Identifier: GPL-2.0-only
/* What a bundle's files have, which are another's: a line of `ip -o address`, of conntrack's
 * table, of ss, of the journal, of a ruleset. The first byte says which. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "exposure/flow_line.h"
#include "exposure/history_line.h"
#include "exposure/read.h"
#include "exposure/rule_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_family(uint8_t family)
{
	return family == AF_INET || family == AF_INET6;
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static void check_address(const char *line)
{
	struct look_address a;

	if (address_parse_line(line, &a) &&
	    (!is_family(a.family) || !ends(a.ifname, sizeof(a.ifname))))
		abort();
}

static void check_flow(const char *line)
{
	struct look_flow f;

	if (flow_parse_line(line, &f) &&
	    (!is_family(f.flow.family) || f.tcp_state >= TRACKER_STATES))
		abort();
}

static void check_socket(const char *line)
{
	struct look_socket s;
	struct look_process p;

	if (socket_parse_line(line, &s, &p) &&
	    (!is_family(s.row.family) || s.row.state >= SOCKET_STATES ||
	     !ends(p.comm, sizeof(p.comm)) || !ends(p.unit, sizeof(p.unit))))
		abort();
}

static void check_history(const char *line)
{
	char ifname[LOOK_IFNAME_BYTES], when[LOOK_WORD_BYTES];

	if (history_parse_line(line, ifname, when) &&
	    (!*ifname || !ends(ifname, sizeof(ifname)) || !ends(when, sizeof(when))))
		abort();
}

/* Each line of it. */
static void check_rules(char *text)
{
	struct rule_lines lines = { .kinds = 0 };
	struct address any = { { 0 } };
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		rule_lines_take(&lines, line);
	if (lines.targets_count > RULE_TARGETS_MAX ||
	    rule_lines_ask(&lines, AF_INET, &any) > NAT_YES)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	if (!text)
		return 0;
	switch (data[0] % 5) {
	case 0:
		check_address(text);
		break;
	case 1:
		check_flow(text);
		break;
	case 2:
		check_socket(text);
		break;
	case 3:
		check_history(text);
		break;
	default:
		check_rules(text);
		break;
	}
	free(text);
	return 0;
}
