/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual services of IPVS in this process's own network namespace, as
 * /proc/net/ip_vs lists them. IPVS takes what comes to one before a socket could: a reset
 * in answer to a mid-stream packet there means that IPVS has no such connection.
 */
#ifndef RSTBLAME_NODE_VIRTUAL_SERVICES_H
#define RSTBLAME_NODE_VIRTUAL_SERVICES_H

#include <stdio.h>

#include "model/observation.h"

enum { VIRTUAL_SERVICES_MAX = 1024 }; /* more are not known */

struct virtual_service {
	uint8_t family;
	uint16_t port;
	struct address address;
};

struct virtual_services {
	uint32_t netns;
	uint64_t read_ns; /* CLOCK_MONOTONIC; 0: never */
	size_t count;
	struct virtual_service items[VIRTUAL_SERVICES_MAX];
};

/* Sets `is_virtual` of a reset that may be IPVS's doing, from a list that is a second old at
 * most: a reading takes some milliseconds where there are thousands. */
void virtual_services_look(struct virtual_services *services, struct observation *reset);

/* One line of that file. False: it is no TCP service at an address. */
bool virtual_service_parse(const char *line, struct virtual_service *out);

#endif
