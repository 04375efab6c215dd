// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/flow_line.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's names of the states (tcp_conntrack_names), in the order of its enum. */
static const char *const states[TRACKER_STATES] = {
	"NONE",       "SYN_SENT", "SYN_RECV",  "ESTABLISHED", "FIN_WAIT",
	"CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",       "SYN_SENT2",
};

static const char *parse_tuple(const char *text, struct tuple *out, uint8_t *family)
{
	static const char *const keys[] = { "src=", "dst=", "sport=", "dport=" };
	char word[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < 4; i++) {
		const char *at = strstr(text, keys[i]);

		if (!at)
			return NULL;
		text = at + strlen(keys[i]);
		if (sscanf(text, "%47s", word) != 1)
			return NULL;
		if (i < 2)
			*family = (uint8_t)address_parse(word, i ? &out->dst : &out->src);
		else
			*(i == 2 ? &out->sport : &out->dport) = (uint16_t)strtoul(word, NULL, 10);
	}
	return text;
}

/* "ipv4 2 tcp 6 431999 ESTABLISHED src=…", or from "tcp" on. */
bool flow_parse_line(const char *line, struct look_flow *out)
{
	unsigned int protocol;
	char state[16] = "";

	memset(out, 0, sizeof(*out));
	if (!strncmp(line, "ipv4 ", 5) || !strncmp(line, "ipv6 ", 5)) {
		line += 4;
		line += strspn(line, " ");
		line += strspn(line, "0123456789");
	}
	if (sscanf(line, " %*[a-z0-9] %u %u %15s", &protocol, &out->timeout_s, state) < 2 ||
	    protocol > UINT8_MAX)
		return false;
	out->protocol = (uint8_t)protocol;
	for (size_t i = 0; i < TRACKER_STATES; i++)
		if (!strcmp(state, states[i]))
			out->tcp_state = (uint8_t)i;
	if (strstr(line, "[ASSURED]"))
		out->status |= IPS_ASSURED;
	line = parse_tuple(line, &out->flow.orig, &out->flow.family);
	return line && parse_tuple(line, &out->flow.reply, &out->flow.family) && out->flow.family;
}
