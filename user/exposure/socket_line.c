// SPDX-License-Identifier: GPL-2.0-only
/* Sockets as `ss -tanoep` prints them. Pure. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "exposure/read.h"
#include "node/cgroup.h"

static const struct {
	const char *word;
	uint8_t state;
} states[] = {
	{ "ESTAB", SOCKET_ESTABLISHED },    { "FIN-WAIT-1", SOCKET_FIN_WAIT1 },
	{ "FIN-WAIT-2", SOCKET_FIN_WAIT2 }, { "CLOSE-WAIT", SOCKET_CLOSE_WAIT },
	{ "LISTEN", SOCKET_LISTEN },
};

/* "10.9.0.1:6379", "[fd00::1]:6379", "10.9.0.1%up0:68", "*:80" */
static bool parse_endpoint(char *text, struct address *address, uint16_t *port, uint8_t *family)
{
	static const char mapped[] = "::ffff:";
	char *colon = strrchr(text, ':'), *end;

	if (!colon)
		return false;
	*colon = '\0';
	*port = (uint16_t)strtoul(colon + 1, NULL, 10);
	if (*text == '[')
		text++;
	text[strcspn(text, "]%")] = '\0';
	memset(address, 0, sizeof(*address));
	if (!strcmp(text, "*"))
		return true;
	/* An IPv6 socket that speaks IPv4 is an IPv4 flow to conntrack. */
	end = text + (strncmp(text, mapped, sizeof(mapped) - 1) ? 0 : sizeof(mapped) - 1);
	if (!strchr(end, '.'))
		end = text;
	*family = (uint8_t)address_parse(end, address);
	return *family != 0;
}

static uint8_t parse_state(const char *word)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcmp(word, states[i].word))
			return states[i].state;
	return SOCKET_NONE;
}

static void parse_timer(const char *line, struct socket_row *row)
{
	const char *timer = strstr(line, " timer:(");

	row->timer = SOCKET_TIMER_NONE;
	if (!timer)
		return;
	timer += strlen(" timer:(");
	if (!strncmp(timer, "keepalive", 9))
		row->timer = SOCKET_TIMER_KEEPALIVE;
	else if (!strncmp(timer, "persist", 7))
		row->timer = SOCKET_TIMER_PROBE;
	else
		row->timer = SOCKET_TIMER_RETRANSMIT;
}

static void parse_process(const char *line, struct look_process *out)
{
	const char *users = strstr(line, "users:((\""), *group = strstr(line, " cgroup:/");
	struct actor actor = { .pid = 0 };
	char path[512];

	if (!users || sscanf(users, "users:((\"%31[^\"]\",pid=%u", out->comm, &out->pid) != 2) {
		memset(out, 0, sizeof(*out));
		return;
	}
	if (!group || sscanf(group, " cgroup:/%511s", path) != 1)
		return;
	cgroup_read(path, &actor);
	memcpy(out->unit, actor.unit, sizeof(out->unit));
	memcpy(out->container, actor.container, sizeof(out->container));
}

bool socket_parse_line(const char *line, struct look_socket *out, struct look_process *process)
{
	char state[16], local[96], peer[96];
	struct socket_row *row = &out->row;
	const char *ino = strstr(line, " ino:");

	memset(out, 0, sizeof(*out));
	memset(process, 0, sizeof(*process));
	if (!strncmp(line, "tcp ", 4))
		line += 4;
	if (sscanf(line, " %15s %u %u %95s %95s", state, &row->receive_queue, &row->send_queue,
		   local, peer) != 5)
		return false;
	row->state = parse_state(state);
	row->family = AF_INET6; /* of "*" */
	if (row->state == SOCKET_NONE ||
	    !parse_endpoint(peer, &row->tuple.dst, &row->tuple.dport, &row->family) ||
	    !parse_endpoint(local, &row->tuple.src, &row->tuple.sport, &row->family))
		return false;
	if (ino)
		row->inode = (uint32_t)strtoul(ino + strlen(" ino:"), NULL, 10);
	parse_timer(line, row);
	parse_process(line, process);
	return true;
}
