// SPDX-License-Identifier: GPL-2.0-only
#include "log/sender.h"

#include <stdio.h>
#include <string.h>

#include "base/nsec.h"

/* In all, whoever they are. */
enum { LINES_A_SECOND = 100 };

static bool is_units_own(const struct log_sender *s)
{
	size_t len = strlen(s->tag);

	return len && !strncmp(s->unit, s->tag, len) && !strcmp(s->unit + len, ".service");
}

/* The kernel's name for a process has 15 bytes. */
static bool is_roots_own(const struct log_sender *s)
{
	return !strcmp(s->uid, "0") && *s->comm && !strncmp(s->tag, s->comm, 15);
}

/* PID 1 has no unit but its scope; journald's own messages have no pid but its own. */
static bool is_vouched_for(const struct log_sender *s)
{
	return !strcmp(s->transport, "kernel") || !*s->tag || is_units_own(s) || is_roots_own(s);
}

const char *log_sender_format(const struct log_sender *s, char buf[LOG_SENDER_BYTES])
{
	const char *tag = *s->tag ? s->tag : *s->comm ? s->comm : "?";
	bool is_vouched = is_vouched_for(s) || !*s->uid;
	int len = snprintf(buf, LOG_SENDER_BYTES, "%.64s", tag);

	if (*s->pid)
		len += snprintf(buf + len, LOG_SENDER_BYTES - (size_t)len, "[%.12s]", s->pid);
	if (!is_vouched)
		snprintf(buf + len, LOG_SENDER_BYTES - (size_t)len, " (%.32s, uid %.12s%s%.128s)",
			 *s->comm ? s->comm : "?", s->uid, *s->unit ? ", " : "", s->unit);
	return buf;
}

/* FNV-1a */
static uint32_t hash(uint32_t key, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		key = (key ^ (unsigned char)text[i]) * 16777619U;
	return key;
}

enum { HASH_BASIS = 0x811c9dc5 };

uint32_t log_sender_key(const struct log_sender *s)
{
	uint32_t key = hash((uint32_t)HASH_BASIS, s->uid, strlen(s->uid));

	key = hash(key, "/", 1);
	return hash(key, s->unit, strlen(s->unit));
}

uint32_t log_sender_key_of_line(const char *line)
{
	const char *end = strstr(line, ": ");
	size_t len = strcspn(line, "[");

	if (end && (size_t)(end - line) < len)
		len = (size_t)(end - line);
	return hash((uint32_t)HASH_BASIS, line, len);
}

bool log_sender_is_self(const char *line, long pid)
{
	char self[32];

	snprintf(self, sizeof(self), "rstblame[%ld]:", pid);
	return strstr(line, self);
}

static bool earn(struct log_budget *b, uint64_t price_ns, uint64_t now_ns)
{
	b->credit_ns += now_ns - b->paid_ns;
	b->paid_ns = now_ns;
	if (b->credit_ns > NSEC_PER_SEC)
		b->credit_ns = NSEC_PER_SEC;
	return b->credit_ns >= price_ns;
}

void log_budgets_init(struct log_budgets *budgets, uint64_t now_ns)
{
	const struct log_budget full = { NSEC_PER_SEC, now_ns };

	budgets->all = full;
	for (size_t i = 0; i < LOG_SENDERS; i++)
		budgets->each[i] = full;
}

bool log_budgets_take(struct log_budgets *budgets, uint32_t key, uint64_t now_ns)
{
	const uint64_t price_ns = NSEC_PER_SEC / LOG_SENDER_LINES;
	const uint64_t price_of_all_ns = NSEC_PER_SEC / LINES_A_SECOND;
	struct log_budget *one = &budgets->each[key % LOG_SENDERS];
	bool may = earn(one, price_ns, now_ns);

	may &= earn(&budgets->all, price_of_all_ns, now_ns);
	if (!may)
		return false;
	one->credit_ns -= price_ns;
	budgets->all.credit_ns -= price_of_all_ns;
	return true;
}
