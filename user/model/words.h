/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The schema's words for our enums, both ways. A name function never returns
 * NULL; a parse function returns 0 (the enum's "none") for a word it does not
 * know. Names are static strings.
 */
#ifndef RSTBLAME_MODEL_WORDS_H
#define RSTBLAME_MODEL_WORDS_H

#include "model/finding.h"

const char *cause_name(enum cause cause);
enum cause cause_parse(const char *name);
const char *verdict_name(enum verdict verdict);
const char *confidence_name(enum confidence confidence);
const char *unseen_name(enum unseen unseen);
const char *risk_end_name(enum risk_end end);
enum risk_end risk_end_parse(const char *name);
const char *change_op_name(enum change_op op);
enum change_op address_op_parse(const char *name);
enum change_op link_op_parse(const char *name);
const char *tracker_state_name(unsigned int state);
unsigned int tracker_state_parse(const char *name);
const char *socket_state_name(unsigned int state);
unsigned int socket_state_parse(const char *name);
const char *pickup_name(enum pickup pickup);
enum pickup pickup_parse(const char *name);

/* The names of enum ip_conntrack_status, bit by bit; NULL past the last. */
/* "ipv4", "ipv6", "" for neither; and back, 0 for neither. */
const char *family_name(uint8_t family);
uint8_t family_parse(const char *name);

/* The schema's "direction"; "sent" parses to RESET_ANSWER. */
const char *direction_name(enum reset_kind kind);
enum reset_kind direction_parse(const char *name);

const char *lookup_name(enum lookup lookup);
enum lookup lookup_parse(const char *name);
const char *bridge_netfilter_name(enum bridge_netfilter state);
enum bridge_netfilter bridge_netfilter_parse(const char *name);

const char *socket_end_name(enum socket_end_how how);
enum socket_end_how socket_end_parse(const char *name);

const char *delivered_name(enum delivered delivered);
enum delivered delivered_parse(const char *name);

const char *undelivered_name(enum undelivered why);
enum undelivered undelivered_parse(const char *name);

const char *change_why_name(enum change_why why);
enum change_why change_why_parse(const char *name);

/* Which socket was looked for after a reset, and what came of it. */
const char *victim_role_name(enum victim_role role);
enum victim_role victim_role_parse(const char *name);
const char *unnamed_name(enum unnamed unnamed);
enum unnamed unnamed_parse(const char *name);
const char *victim_look_name(enum victim_look look);
enum victim_look victim_look_parse(const char *name);
const char *expiry_name(enum expiry expiry);
enum expiry expiry_parse(const char *name);
const char *barrier_name(enum barrier barrier);
enum barrier barrier_parse(const char *name);

const char *ruleset_op_name(enum ruleset_op op);
enum ruleset_op ruleset_op_parse(const char *name);

/* What the kernel counted. */
const char *witness_name(enum witness_of of);
enum witness_of witness_parse(const char *name);

const char *status_bit_name(unsigned int bit);
int status_bit_parse(const char *name); /* -1: unknown */

/* "SYN", "PSH,ACK". The reader also takes tcpdump's letters ("S", "P."). */
const char *packet_flags_format(unsigned int flags, char *buf, size_t size);
unsigned int packet_flags_parse(const char *text);

#endif
