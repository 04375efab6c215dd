/* SPDX-License-Identifier: GPL-2.0-only */
/* How a look is filled: a reader for each thing that there is to read (read.c). */
#ifndef RSTBLAME_EXPOSURE_READ_H
#define RSTBLAME_EXPOSURE_READ_H

#include "exposure/files.h"
#include "exposure/look.h"

struct history;

/* Reads all that there is. What cannot be read is a gap of the look. */
void look_read(struct look *look, const struct node_files *files, struct history *history);

/* ---- the readers: of this machine, and of a bundle's files; each adds its own gaps ---- */

void read_host(struct look *look, const struct node_files *files);
void read_values(struct look *look, const struct node_files *files); /* sysctls */

void read_addresses(struct look *look, const struct node_files *files);

/* Links and addresses come before these; each fills what its manager has. */
void read_networkd(struct look *look, const struct node_files *files);
void read_networkmanager(struct look *look, const struct node_files *files);
void read_dhcp_clients(struct look *look, const struct node_files *files);
void read_keepalived(struct look *look, const struct node_files *files);
void read_netplan(struct look *look, const struct node_files *files); /* after networkd */

/* Conntrack's table; then the NAT rules, and which of its flows are masqueraded. */
void read_flows(struct look *look, const struct node_files *files);
void read_rules(struct look *look, const struct node_files *files);

/* Sockets of all namespaces; the flows that are translated get theirs, and these their
 * processes. */
void read_sockets(struct look *look, const struct node_files *files);
void read_containers(struct look *look, const struct node_files *files); /* a bundle's names */

/* After the flows: what the filters would do with their packets. */
void read_filters(struct look *look, const struct node_files *files);
void read_counters(struct look *look, const struct node_files *files); /* conntrack's, TCP's */
void read_routes(struct look *look, const struct node_files *files);
void read_flushers(struct look *look, const struct node_files *files);
void read_data_paths(struct look *look, const struct node_files *files);

/* The journal is read by a program that takes its time: it is begun first, while programs may
 * be executed, and ended last, by look_read(). */
struct history *history_begin(const struct node_files *files); /* NULL: nothing to read */
void history_end(struct history *history, struct look *look, const struct node_files *files);

/* ---- pure parts ---- */

/* One line of `ip -o -d address`. False: it is none. */
bool address_parse_line(const char *line, struct look_address *out);

/* One line of `ss -tanoep`. False: it is none of a TCP socket. */
bool socket_parse_line(const char *line, struct look_socket *out, struct look_process *process);

/* One line of a script: whether it flushes conntrack's table, or deletes from it. */
bool flusher_is_line(const char *line);

#endif
