// SPDX-License-Identifier: GPL-2.0-only
#include "log/rules.h"

#include <regex.h>
#include <stdlib.h>

/* Words of networkd, dhclient, dhcpcd, udhcpc, NetworkManager, avahi, firewalld, ufw,
 * systemd and the kernel. The first that matches names the line. */
static const struct log_rule table[] = {
	{ "oom", "out of memory|oom[-_ ]?(kill|reaper)|too many orphaned sockets" },
	{ "lease",
	  "(dhcp|udhcpc|dhclient).*(lease|address|bound|renew|rebind|expire|nak|lost|acquired|obtain)|"
	  "(^|[^[:alpha:]])lease.*(lost|expire|bound|renew|obtain|release)" },
	{ "firewall",
	  "(nftables|iptables|ip6tables|firewalld?|ufw|netfilter|conntrack).*"
	  "(reload|start|stop|flush|load|restor|full|deactivated)|"
	  "(reload|start|stop|flush)[a-z]*:? .*(nftables|iptables|firewall|ufw|netfilter)" },
	{ "address", "address(es)?[^[:alpha:]].*(remov|delet|added|lost|withdraw|conflict|flush)|"
		     "(remov|delet|drop|add|withdraw|register|configur|flush)[a-z]* .*address" },
	{ "link", "carrier|link (is )?(not ready|becomes ready|up|down)|renamed from|"
		  "entered (disabled|forwarding|blocking) state|netdev watchdog" },
};

enum { RULES = sizeof(table) / sizeof(table[0]) };

struct log_rules {
	size_t count;
	regex_t compiled[RULES];
};

struct log_rules *log_rules_new(void)
{
	struct log_rules *rules = calloc(1, sizeof(*rules));

	while (rules && rules->count < RULES) {
		if (regcomp(&rules->compiled[rules->count], table[rules->count].pattern,
			    REG_EXTENDED | REG_ICASE | REG_NOSUB)) {
			log_rules_free(rules);
			return NULL;
		}
		rules->count++;
	}
	return rules;
}

void log_rules_free(struct log_rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->count; i++)
		regfree(&rules->compiled[i]);
	free(rules);
}

const char *log_rules_match(const struct log_rules *rules, const char *line)
{
	for (size_t i = 0; i < rules->count; i++)
		if (!regexec(&rules->compiled[i], line, 0, NULL, 0))
			return table[i].id;
	return NULL;
}
