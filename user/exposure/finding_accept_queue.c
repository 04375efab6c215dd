// SPDX-License-Identifier: GPL-2.0-only
/* A listener whose queue of connections that wait for accept() is full. Once it has one more than the
 * backlog, the kernel drops the last ACK of a handshake (or resets, with tcp_abort_on_overflow):
 * the client believes that it is connected. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number_text.h"
#include "exposure/finding.h"

enum { FILLING_PERCENT = 75 };

struct facts {
	uint64_t overflows, aborts, somaxconn;
};

static void listener_format(const struct look_socket *socket, char *buf, size_t size)
{
	endpoint_format(&socket->row.tuple.src, socket->row.family, socket->row.tuple.sport, buf,
			size);
}

static bool is_filling(const struct look_socket *socket)
{
	const struct socket_row *row = &socket->row;

	return row->state == SOCKET_LISTEN && row->receive_queue &&
	       (uint64_t)row->receive_queue * 100 >= (uint64_t)row->send_queue * FILLING_PERCENT;
}

static void show_cures(const struct facts *f, uint32_t backlog, struct exposed *e)
{
	exposed_line(&e->cures, "Let the application accept faster: more workers, or nothing that "
				"blocks before accept().");
	if (f->somaxconn && backlog >= f->somaxconn)
		exposed_line(&e->cures,
			     "The backlog is cut at net.core.somaxconn = %" PRIu64
			     ": sysctl -w net.core.somaxconn=4096, keep it in /etc/sysctl.d/, and "
			     "restart the application: a listener keeps what it had.",
			     f->somaxconn);
	else
		exposed_line(&e->cures,
			     "Let it listen with a longer backlog: the argument of listen(), "
			     "or its own setting (nginx: listen … backlog=; Redis: "
			     "tcp-backlog).");
	if (f->aborts)
		exposed_line(&e->cures,
			     "sysctl -w net.ipv4.tcp_abort_on_overflow=0: a client's ACK is "
			     "dropped and sent again, which outlasts a short peak.");
}

static void show_process(const struct look *look, const struct look_socket *socket,
			 struct exposed *e)
{
	const struct look_process *process = look_socket_process(look, socket);
	char name[256];

	if (!process)
		return;
	exposed_line(&e->evidence, "its process: %s",
		     stake_name_format(process, name, sizeof(name)));
	e->stake.names[0] = (struct stake_name){ *process, socket->row.receive_queue };
	e->stake.names_count = e->stake.processes = 1;
	e->stake.containers = process->container[0] != '\0';
}

static void report_listener(const struct look *look, const struct facts *f,
			    const struct look_socket *socket, struct exposures *out)
{
	struct exposed *e = exposures_add(out, finding_by_id("accept-queue"));
	const struct socket_row *row = &socket->row;
	char text[ENDPOINT_TEXT_BYTES];
	bool is_full = row->receive_queue > row->send_queue;

	if (!e)
		return;
	listener_format(socket, text, sizeof(text));
	snprintf(e->subject, sizeof(e->subject), "%s", text);
	snprintf(e->sentence, sizeof(e->sentence), "The accept queue of %s is %s: %s of %s.", text,
		 is_full ? "full" : "nearly full",
		 COUNTED(row->receive_queue, "connection waits", "connections wait"),
		 NUMBER(row->send_queue));
	e->severity = is_full ? SEVERITY_HIGH : SEVERITY_MEDIUM;
	e->stake.flows = e->stake.sockets = row->receive_queue;
	exposed_line(&e->evidence, "ss -lt: Recv-Q %u, Send-Q %u", row->receive_queue,
		     row->send_queue);
	show_process(look, socket, e);
	if (f->overflows)
		exposed_line(&e->evidence, "TcpExtListenOverflows = %" PRIu64, f->overflows);
	exposed_line(&e->evidence, "net.ipv4.tcp_abort_on_overflow = %" PRIu64, f->aborts);
	show_cures(f, row->send_queue, e);
}

/* No queue is full now; which one was cannot be told. */
static void report_past(const struct facts *f, struct exposures *out)
{
	struct exposed *e = exposures_add(out, finding_by_id("accept-queue"));

	if (!e)
		return;
	snprintf(e->subject, sizeof(e->subject), "listeners of this namespace");
	snprintf(e->sentence, sizeof(e->sentence),
		 "An accept queue has been full: %s since the namespace began.",
		 COUNTED(f->overflows, "connection was refused", "connections were refused"));
	e->severity = SEVERITY_LOW;
	exposed_line(&e->evidence, "TcpExtListenOverflows = %" PRIu64, f->overflows);
	exposed_line(&e->evidence, "net.ipv4.tcp_abort_on_overflow = %" PRIu64, f->aborts);
	show_cures(f, 0, e);
}

void judge_accept_queue(const struct look *look, struct exposures *out)
{
	struct facts f = { .overflows = 0 };
	size_t first = out->count;

	look_value(look, "ListenOverflows", &f.overflows);
	look_value(look, "net.ipv4.tcp_abort_on_overflow", &f.aborts);
	look_value(look, "net.core.somaxconn", &f.somaxconn);
	for (size_t i = 0; i < look->sockets_count; i++)
		if (is_filling(&look->sockets[i]))
			report_listener(look, &f, &look->sockets[i], out);
	if (out->count == first && f.overflows)
		report_past(&f, out);
}
