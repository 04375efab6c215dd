// SPDX-License-Identifier: GPL-2.0-only
/* Which closed listener could have taken a packet. */
#include "cast/make.h"

#include <string.h>
#include <sys/socket.h>

#include "blame/listeners.h"

#define CLOSED_NS (100ULL * 1000 * 1000 * 1000)

static struct listeners listeners;
static const struct strangers strangers; /* none */

static void closed(const char *address, uint16_t port, bool is_v6only)
{
	struct observation seen = { .type = OBSERVATION_LISTENER,
				    .mono_ns = CLOSED_NS,
				    .netns = { .inum = 7 } };
	struct listener_state *l = &seen.listener.listener;

	memset(&listeners, 0, sizeof(listeners));
	l->family = (uint8_t)address_parse(address, &l->address);
	l->port = port;
	l->syn_queue = 1;
	l->is_v6only = is_v6only;
	listeners_add(&listeners, &strangers, &seen);
}

static bool takes(const char *from, const char *to)
{
	const struct tuple packet = make_tuple(from, 40000, to, 80);
	const uint8_t family = strchr(to, ':') ? AF_INET6 : AF_INET;

	return listeners_find(&listeners, (struct netns_id){ .inum = 7 }, family, &packet,
			      CLOSED_NS + 1);
}

static void by_address_and_family(void **state)
{
	(void)state;
	closed("10.9.0.1", 80, false);
	assert_true(takes("10.9.0.2", "10.9.0.1"));
	assert_false(takes("10.9.0.2", "10.9.0.3"));
	closed("0.0.0.0", 80, false);
	assert_true(takes("10.9.0.2", "10.9.0.3"));
	assert_false(takes("fd09::2", "fd09::1"));
	closed("::", 80, false);
	assert_true(takes("10.9.0.2", "10.9.0.1")); /* an IPv6 one takes IPv4, */
	assert_true(takes("fd09::2", "fd09::1"));
	closed("::", 80, true);
	assert_false(takes("10.9.0.2", "10.9.0.1")); /* but not one of IPv6 only, */
	assert_true(takes("fd09::2", "fd09::1"));
	closed("fd09::1", 80, false);
	assert_false(takes("10.9.0.2", "10.9.0.1")); /* nor one at another address */
	closed("::", 81, false);
	assert_false(takes("10.9.0.2", "10.9.0.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(by_address_and_family) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
