/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The TCP sockets of the network namespace that the calling thread is in: by
 * sock_diag, which finds one socket by its tuple or lists them all; where its
 * module is not loaded (asking would load it) by /proc/thread-self/net/tcp.
 */
#ifndef RSTBLAME_NODE_SOCKETS_H
#define RSTBLAME_NODE_SOCKETS_H

#include "model/observation.h"

/* Sets of states, by enum socket_state. */
enum {
	/* Open: somebody may still wait for what comes. */
	SOCKETS_OPEN = 1 << SOCKET_ESTABLISHED | 1 << SOCKET_FIN_WAIT1 | 1 << SOCKET_FIN_WAIT2 |
		       1 << SOCKET_CLOSE_WAIT,
	SOCKETS_ASKING = 1 << SOCKET_SYN_SENT,
	SOCKETS_LISTENING = 1 << SOCKET_LISTEN,
};

/* The timer that runs for a socket (idiag_timer of inet_diag_msg, plus one). */
enum socket_timer {
	SOCKET_TIMER_UNKNOWN, /* the list does not say */
	SOCKET_TIMER_NONE,
	SOCKET_TIMER_RETRANSMIT,
	SOCKET_TIMER_KEEPALIVE,
	SOCKET_TIMER_TIME_WAIT,
	SOCKET_TIMER_PROBE, /* of a zero window */
};

struct socket_row {
	struct tuple tuple; /* as it sends: from its own address to its peer's */
	uint32_t inode;     /* 0: no process has it (any more) */
	uint32_t netns;
	uint32_t tag;           /* the caller's own */
	uint32_t bound_ifindex; /* SO_BINDTODEVICE, a VRF; 0: none, or not known (/proc) */
	/* Until `timer` ends; of a list only. Of a census the whole span, from the last packet on. */
	uint32_t timer_ms;
	/* Of a list only: bytes; of a listener, connections that wait for accept(), and how many
	 * may. */
	uint32_t receive_queue, send_queue;
	uint8_t timer;  /* enum socket_timer, of a list only */
	uint8_t family; /* AF_INET for an IPv4-mapped one, too */
	uint8_t state;  /* enum socket_state; SOCKET_NONE: not there, SOCKET_UNKNOWN: not seen */
	bool is_asking; /* the caller's own: one that waits for the answer to its SYN is open, too */
	bool is_v6only;   /* LISTEN: it takes no IPv4 (not known by /proc) */
	uint32_t via;     /* the caller's own: the namespace whose translation led to it; 0: none */
	bool is_inner;    /* the caller's own: it was asked for by a translation of its tuple */
	uint8_t standing; /* the caller's own: victims/standing.h */
	bool is_doubtful; /* the same: nothing says that it is meant, but that it was found */
	uint8_t one_of;   /* the same: as many with this tuple may be meant; 0: only this one */
};

struct sockets {
	struct socket_row *rows; /* the owner frees them with sockets_release() */
	size_t count, size;
};

void sockets_release(struct sockets *sockets);

/* Copies one more. 0, -ENOMEM, or -E2BIG past two million. */
int sockets_append(struct sockets *sockets, const struct socket_row *row);

/* Appends the sockets in `states`. 0, or -errno: what was appended is not all. The kernel walks
 * over the sockets of all namespaces for it: node/socket_census.h has them all by one walk. */
int sockets_list(struct sockets *sockets, uint32_t netns, uint32_t states);

/* Whether a list says what sockets are bound to and whether they are IPv6 only; /proc does
 * not. */
bool sockets_show_bindings(void);

/* Looks `row->tuple` up and fills inode and state (SOCKET_NONE: there is none that
 * is open). 0, or -errno. */
int sockets_look_up(struct socket_row *row);

/* The same for many; one whose look-up failed is left SOCKET_UNKNOWN. The kernel looks them
 * up as if a packet had come in by no device, and so finds none that is bound to one
 * (inet_sk_bound_dev_eq()). */
void sockets_look_up_all(struct socket_row *rows, size_t count);

/* Fills those that the look-up left SOCKET_NONE and that are there all the same, from one
 * list of the namespace's open sockets: a walk over those of the whole kernel. 0, or
 * -errno: those are SOCKET_UNKNOWN then. */
int sockets_find_bound(struct socket_row *rows, size_t count);

/* Whether a socket in that state still stands for an application. One that has no
 * process any more is only being closed. */
bool socket_is_open(const struct socket_row *row);

/* Makes an IPv6 socket that speaks IPv4 what it is to conntrack: an IPv4 flow. */
void socket_row_normalize(struct socket_row *row);

/* One line of /proc/net/tcp or tcp6. False for one that is none. */
bool sockets_parse_line(const char *line, uint8_t family, struct socket_row *out);

#endif
