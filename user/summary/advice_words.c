// SPDX-License-Identifier: GPL-2.0-only
/* The `{words}` of the advice: what of a story they mean. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number_text.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "summary/advice_private.h"
#include "summary/phrases.h"

/* ---- each word ---- */

static void say_who(const struct advice_facts *f, char *buf, size_t size)
{
	if (!f->actor && story_is_by_kernel(f->story))
		snprintf(buf, size, "the kernel itself");
	else
		describe_actor(f->actor, buf, size);
}

static void say_back(const struct advice_facts *f, char *buf, size_t size)
{
	describe_actor(f->back ? &f->back->actor : NULL, buf, size);
}

static void say_address(const struct advice_facts *f, char *buf, size_t size)
{
	if (f->change && f->change->family)
		address_format(&f->change->local, f->change->family, buf, size);
	else
		snprintf(buf, size, "the address");
}

static void say_bits(const struct advice_facts *f, char *buf, size_t size)
{
	snprintf(buf, size, "%d", f->change ? f->change->prefix_len : 0);
}

static void say_link(const struct advice_facts *f, char *buf, size_t size)
{
	if (f->change && f->change->ifname[0])
		utf8_printable(f->change->ifname, buf, size);
	else
		snprintf(buf, size, "the interface");
}

static void say_script(const struct advice_facts *f, char *buf, size_t size)
{
	utf8_printable(f->actor ? f->actor->parent : "", buf, size);
}

static void say_lifetime(const struct advice_facts *f, char *buf, size_t size)
{
	if (f->change && f->change->valid_s && f->change->valid_s != VALID_FOREVER)
		snprintf(buf, size, " of %s", SPAN(f->change->valid_s));
}

static void say_closer(const struct advice_facts *f, char *buf, size_t size)
{
	describe_actor(&f->story->ended.by, buf, size);
}

static void say_ago(const struct advice_facts *f, char *buf, size_t size)
{
	char span[DURATION_TEXT_BYTES];

	if (f->story->ended.ago_ns)
		snprintf(buf, size, "%s earlier",
			 duration_format(f->story->ended.ago_ns, span, sizeof(span)));
	else
		snprintf(buf, size, "before the packet came");
}

static void say_queue(const struct advice_facts *f, char *buf, size_t size)
{
	const struct listener_state *l = &f->story->listener;

	if (l->is_known)
		snprintf(buf, size, " (%s waiting, limit %s)", NUMBER(l->queue),
			 NUMBER(l->queue_max));
}

static void say_port(const struct advice_facts *f, char *buf, size_t size)
{
	snprintf(buf, size, "%u", f->story->packet.dport);
}

static void say_reason(const struct advice_facts *f, char *buf, size_t size)
{
	utf8_printable(f->story->reason, buf, size);
}

static void say_listening(const struct advice_facts *f, char *buf, size_t size)
{
	describe_listening(&f->story->victim, f->story->packet.dport, buf, size);
}

static void say_listener(const struct advice_facts *f, char *buf, size_t size)
{
	describe_actor(&f->story->victim.process, buf, size);
}

static void say_device(const struct advice_facts *f, char *buf, size_t size)
{
	describe_device(&f->story->victim, buf, size);
}

static void say_vrf(const struct advice_facts *f, char *buf, size_t size)
{
	utf8_printable(f->story->victim.vrf, buf, size);
}

static void say_ifname(const struct advice_facts *f, char *buf, size_t size)
{
	utf8_printable(f->story->ifname[0] ? f->story->ifname : "another", buf, size);
}

static void say_to(const struct advice_facts *f, char *buf, size_t size)
{
	address_format(&f->story->packet.dst, f->story->family, buf, size);
}

static void say_any(const struct advice_facts *f, char *buf, size_t size)
{
	snprintf(buf, size, "%s", f->story->family == AF_INET6 ? "::" : "0.0.0.0");
}

static void say_nat(const struct advice_facts *f, char *buf, size_t size)
{
	snprintf(buf, size, "%s", f->story->is_sent_by_nat ? ", sent there by a NAT rule" : "");
}

static void say_unanswered(const struct advice_facts *f, char *buf, size_t size)
{
	const struct flush *flush = f->blamed->flush;

	snprintf(buf, size, "%s",
		 flush && flush->expiry == EXPIRY_RETRANS ? "max_retrans" : "unacknowledged");
}

static const struct {
	const char *word;
	void (*say)(const struct advice_facts *f, char *buf, size_t size);
} words[] = {
	{ "who", say_who },
	{ "back", say_back },
	{ "address", say_address },
	{ "link", say_link },
	{ "script", say_script },
	{ "lifetime", say_lifetime },
	{ "closer", say_closer },
	{ "ago", say_ago },
	{ "queue", say_queue },
	{ "port", say_port },
	{ "reason", say_reason },
	{ "bits", say_bits },
	{ "to", say_to },
	{ "any", say_any },
	{ "ifname", say_ifname },
	{ "vrf", say_vrf },
	{ "device", say_device },
	{ "listener", say_listener },
	{ "unanswered", say_unanswered },
	{ "nat", say_nat },
	{ "listening", say_listening },
};

/* ---- in their sentence ---- */

static void say(const struct advice_facts *f, const char *word, size_t len, char *buf, size_t size)
{
	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].word) == len && !strncmp(words[i].word, word, len))
			words[i].say(f, buf, size);
}

void advice_expand(const struct advice_facts *f, const char *from, char buf[ADVICE_BYTES])
{
	char said[DESCRIBE_BYTES];
	size_t used = 0;

	while (*from && used < ADVICE_BYTES) {
		size_t len = strcspn(from, "{");

		used += (size_t)snprintf(buf + used, ADVICE_BYTES - used, "%.*s", (int)len, from);
		from += len;
		if (!*from || used >= ADVICE_BYTES)
			break;
		len = strcspn(++from, "}");
		say(f, from, len, said, sizeof(said));
		/* A backquote in a name would begin a command in the page. */
		for (char *c = said; *c; c++)
			*c = *c == '`' ? '\'' : *c;
		used += (size_t)snprintf(buf + used, ADVICE_BYTES - used, "%s", said);
		from += len + (from[len] == '}');
	}
}

static bool is_named(const char *comm, const char *name)
{
	return !strncmp(comm, name, 15) && (strlen(name) >= 15 || comm[strlen(name)] == '\0');
}

/* A name can be chosen; where the program is known it must agree. */
static bool is_program(const struct actor *actor, const char *name)
{
	const char *base = strrchr(actor->exe, '/');

	return !base || !strncmp(base + 1, name, strlen(name));
}

bool advice_is_program(const struct actor *actor, const char *name)
{
	return is_named(actor->comm, name) && is_program(actor, name);
}

bool advice_is_run_by(const struct actor *actor, const char *name)
{
	return actor && ((is_named(actor->comm, name) && is_program(actor, name)) ||
			 is_named(actor->parent, name) || is_named(actor->grandparent, name));
}
