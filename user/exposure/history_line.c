// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/history_line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What each program logs when it has lost a lease and takes its address away. */
static const struct {
	const char *program, *words;
	enum { NAME_BEFORE, NAME_IN_PARENTHESES } where;
} sayings[] = {
	{ "systemd-networkd[", ": DHCP lease lost", NAME_BEFORE },
	{ "systemd-networkd[", ": DHCPv4 lease lost", NAME_BEFORE },
	{ "NetworkManager[", "state changed bound -> expire", NAME_IN_PARENTHESES },
	{ "NetworkManager[", "state changed timeout -> expire", NAME_IN_PARENTHESES },
	{ "NetworkManager[", "state changed extended -> expire", NAME_IN_PARENTHESES },
	{ "NetworkManager[", "state changed renewed -> expire", NAME_IN_PARENTHESES },
	{ "dhcpcd[", ": DHCP lease expired", NAME_BEFORE },
	{ "dhcpcd[", ": expired", NAME_BEFORE },
};

/* The word that ends at `end`. */
static bool take_before(const char *line, const char *end, char *ifname)
{
	const char *begin = end;

	while (begin > line && !isspace((unsigned char)begin[-1]))
		begin--;
	if (begin == end || end - begin >= LOOK_IFNAME_BYTES)
		return false;
	snprintf(ifname, LOOK_IFNAME_BYTES, "%.*s", (int)(end - begin), begin);
	return true;
}

/* "dhcp4 (up0): state changed …" */
static bool take_in_parentheses(const char *line, const char *end, char *ifname)
{
	const char *open = NULL;
	size_t len;

	for (const char *at = line; at < end; at++)
		if (*at == '(')
			open = at + 1;
	len = open ? strcspn(open, ")") : 0;
	if (!len || len >= LOOK_IFNAME_BYTES)
		return false;
	snprintf(ifname, LOOK_IFNAME_BYTES, "%.*s", (int)len, open);
	return true;
}

bool history_parse_line(const char *line, char ifname[LOOK_IFNAME_BYTES],
			char when[LOOK_WORD_BYTES])
{
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		const char *program = strstr(line, sayings[i].program), *said;

		said = program ? strstr(program, sayings[i].words) : NULL;
		if (!said)
			continue;
		/* "2026-11-22T10:52:38+0000", or "Nov 22 10:52:38" */
		snprintf(when, LOOK_WORD_BYTES, "%.*s",
			 isdigit((unsigned char)*line) ? (int)strcspn(line, " ") : 15, line);
		return sayings[i].where == NAME_BEFORE ? take_before(line, said, ifname) :
							 take_in_parentheses(line, said, ifname);
	}
	return false;
}
