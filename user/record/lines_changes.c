// SPDX-License-Identifier: GPL-2.0-only
/* Of what changed on the node: addresses, links, netfilter's hooks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/words.h"
#include "record/lines.h"
#include "record/shared.h"

/* ---- addresses and links ---- */

static const struct words address_op_words = { change_op_name, address_op_parse, ADDRESS_REMOVE + 1,
					       CHANGE_NONE };
static const struct words link_op_words = { change_op_name, link_op_parse, LINK_RENAME + 1,
					    CHANGE_NONE };

static const struct words why_words = { change_why_name, change_why_parse, CHANGE_WHYS,
					CHANGE_WHY_NONE };

static void write_prefixed(struct jsonw *w, const char *name, const void *base)
{
	const struct change_observation *c = base;
	char text[ADDRESS_TEXT_BYTES], prefixed[ADDRESS_TEXT_BYTES + 8];

	snprintf(prefixed, sizeof(prefixed), "%s/%u",
		 address_format(&c->local, c->family, text, sizeof(text)), c->prefix_len);
	jsonw_string(w, name, prefixed);
}

static void parse_prefixed(const struct json_value *object, const char *name, void *base)
{
	const char *text = get_string(object, name), *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	struct change_observation *out = base;
	char address[ADDRESS_TEXT_BYTES];

	if (len >= sizeof(address))
		return;
	memcpy(address, text, len);
	address[len] = '\0';
	out->family = (uint8_t)address_parse(address, &out->local);
	out->prefix_len = slash                  ? (uint8_t)strtoul(slash + 1, NULL, 10) :
			  out->family == AF_INET ? 32 :
						   128;
}

static void write_peer(struct jsonw *w, const char *name, const void *base)
{
	const struct change_observation *c = base;

	if (!address_equal(&c->local, &c->address))
		write_address(w, name, &c->address, c->family);
}

static void parse_peer(const struct json_value *object, const char *name, void *base)
{
	struct change_observation *out = base;

	if (!address_parse(get_string(object, name), &out->address))
		out->address = out->local;
}

static const struct special prefixed = { write_prefixed, parse_prefixed, SCHEMA_STRING };
static const struct special peer = { write_peer, parse_peer, SCHEMA_REF("address") };

static const struct field address_rows[] = {
	WORD(change_observation, "op", op, FIELD_ALWAYS, address_op_words),
	SPECIAL("address", FIELD_ALWAYS, prefixed),
	SPECIAL("peer", 0, peer),
};
static const struct fields address_fields = FIELDS(address_rows, NULL);

static const struct field link_rows[] = {
	WORD(change_observation, "op", op, FIELD_ALWAYS, link_op_words),
};
static const struct fields link_fields = FIELDS(link_rows, NULL);

static const struct field change_rows[] = {
	TEXT(change_observation, "ifname", ifname, 0),
	NUMBER(change_observation, "ifindex", ifindex, 0),
	FLAG(change_observation, "with_link", is_dead, 0),
	FLAG(change_observation, "foreign_userns", is_foreign, 0),
	NUMBER(change_observation, "valid_s", valid_s, 0),
	NUMBER(change_observation, "protocol", protocol, 0),
	WORD(change_observation, "why", why, 0, why_words),
	FLAG(change_observation, "by_kernel", by_kernel, 0),
	OBJECT(change_observation, "actor", actor, actor_fields),
};
static const struct fields change_fields = FIELDS(change_rows, NULL);

static int finish_change(const struct line_reading *r)
{
	struct change_observation *c = &r->out->change;

	c->id = get_u64(r->root, "id");
	return c->op != CHANGE_NONE && (r->out->type == OBSERVATION_LINK || c->family);
}

/* ---- hooks ---- */

static const struct words ruleset_op_words = { ruleset_op_name, ruleset_op_parse,
					       RULESET_HOOKS_REMOVED + 1, RULESET_NONE };

static const struct field ruleset_rows[] = {
	WORD(ruleset_observation, "op", op, FIELD_ALWAYS, ruleset_op_words),
	SPECIAL_AT(ruleset_observation, "hooks", hooks, FIELD_ALWAYS, hooks_special),
	WORD(ruleset_observation, "family", family, 0, family_words),
	FLAG(ruleset_observation, "by_kernel", by_kernel, 0),
	FLAG(ruleset_observation, "netns_exit", is_exit, 0),
	FLAG(ruleset_observation, "ambiguous", is_ambiguous, 0),
	OBJECT(ruleset_observation, "actor", actor, actor_fields),
};
static const struct fields ruleset_fields = FIELDS(ruleset_rows, NULL);

static int finish_ruleset(const struct line_reading *r)
{
	return r->out->ruleset.op != RULESET_NONE;
}

/* ---- a listener closed, rules committed ---- */

static void write_closed(struct jsonw *w, const char *name, const void *base)
{
	(void)base;
	jsonw_string(w, name, "closed");
}

static const struct special closed = { write_closed, NULL, "{\"const\":\"closed\"}" };

static const struct field listener_op_rows[] = { SPECIAL("op", FIELD_ALWAYS, closed) };
static const struct fields listener_op_fields = FIELDS(listener_op_rows, NULL);

static const struct field listener_actor_rows[] = {
	OBJECT(listener_observation, "actor", actor, actor_fields),
};
static const struct fields listener_actor_fields = FIELDS(listener_actor_rows, NULL);

static const struct field rules_rows[] = {
	OBJECT(rules_observation, "actor", actor, actor_fields),
};
static const struct fields rules_fields = FIELDS(rules_rows, NULL);

/* What a later writer may see of a listener is not its end. */
static int finish_listener(const struct line_reading *r)
{
	return r->out->listener.listener.is_known && !strcmp(get_string(r->root, "op"), "closed");
}

/* ---- the lines ---- */

#define CHANGE offsetof(struct observation, change)
#define LISTENER offsetof(struct observation, listener)

static const struct line_type rows[] = {
	{ .name = "address",
	  .finding = FINDING_ADDRESS,
	  READ_AS(OBSERVATION_ADDRESS, change),
	  .finish = finish_change,
	  .parts = { { FROM_CHANGE, &address_fields, CHANGE },
		     { FROM_CHANGE, &change_fields, CHANGE } } },
	{ .name = "link",
	  .finding = FINDING_LINK,
	  READ_AS(OBSERVATION_LINK, change),
	  .finish = finish_change,
	  .parts = { { FROM_CHANGE, &link_fields, CHANGE },
		     { FROM_CHANGE, &change_fields, CHANGE } } },
	{ .name = "ruleset",
	  .finding = FINDING_RULESET,
	  READ_AS(OBSERVATION_RULESET, ruleset),
	  .finish = finish_ruleset,
	  .parts = { { FROM_SEEN, &ruleset_fields, offsetof(struct observation, ruleset) } } },
	{ .name = "rules",
	  .finding = FINDING_RULES,
	  READ_AS(OBSERVATION_RULES, rules),
	  .detail = JSON_REMOVALS,
	  .parts = { { FROM_SEEN, &rules_fields, offsetof(struct observation, rules) } } },
	{ .name = "listener",
	  .finding = FINDING_LISTENER,
	  READ_AS(OBSERVATION_LISTENER, listener),
	  .finish = finish_listener,
	  .parts = { { FROM_SEEN, &listener_op_fields, LISTENER },
		     { FROM_SEEN, &listener_fields, LISTENER },
		     { FROM_SEEN, &listener_actor_fields, LISTENER } } },
};
const struct line_set change_lines = LINES(rows);
