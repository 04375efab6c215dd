// SPDX-License-Identifier: GPL-2.0-only
/* A FILTER, its words ended by NUL, and what it selects. Names are not looked up: the time
 * that takes is the resolver's. */
#include <netdb.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model/finding.h"
#include "report/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MAX = 64, EXPRESSION_MAX = 512 };

/* The C library's. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
		struct addrinfo **out)
{
	(void)node, (void)service, (void)hints;
	*out = NULL;
	return EAI_NONAME;
}

static void ask(const struct filter *filter, uint8_t family)
{
	struct observation seen = { .type = OBSERVATION_RESET,
				    .reset = { .family = family, .flags = 0x18 } };
	struct reset_blame blame = { 0 };
	struct finding reset = { .type = FINDING_RESET, .seen = &seen, .reset = &blame };
	struct risk risk = { .flow = { .family = family } };
	struct finding at_risk = { .type = FINDING_AT_RISK, .risk = &risk };
	const struct finding end = { .type = FINDING_END };

	blame.flow.family = family;
	seen.reset.packet = (struct tuple){ .src = { { 10, 9, 0, 2 } },
					    .dst = { { 10, 9, 0, 1 } },
					    .sport = 6379,
					    .dport = 51710 };
	/* The same packet, the same answer; what no filter is about always passes. */
	if (filter_wants(filter, &reset) != filter_wants(filter, &reset) ||
	    !filter_wants(filter, &end))
		abort();
	filter_wants(filter, &at_risk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[256] = "", *words[WORDS_MAX + 1], *bytes;
	struct filter *filter;
	size_t count = 0;

	if (!size || size > EXPRESSION_MAX)
		return 0;
	bytes = malloc(size + 1);
	memcpy(bytes, data, size);
	bytes[size] = '\0'; /* ASan watches the end of the last word */
	for (size_t at = 0; at < size && count < WORDS_MAX; at += strlen(bytes + at) + 1)
		words[count++] = bytes + at;
	words[count] = NULL;
	filter = filter_new(words, why, sizeof(why));
	if (!filter && (!*why || strchr(why, '\n') || strnlen(why, sizeof(why)) == sizeof(why)))
		abort();
	if (filter) {
		ask(filter, AF_INET);
		ask(filter, AF_INET6);
		filter_free(filter);
	}
	free(bytes);
	return 0;
}
