// SPDX-License-Identifier: GPL-2.0-only
#include "exposure/rule_line.h"

#include <stdio.h>
#include <string.h>

enum { LINE_BYTES = 1024 };

/* Comments are anybody's words: kube-proxy's have "requiring SNAT". */
static void strip(const char *line, char *out, size_t size)
{
	static const struct {
		const char *begin, *end;
	} comments[] = { { "/*", "*/" }, { "comment \"", "\"" }, { "--comment ", " " } };
	const size_t count = sizeof(comments) / sizeof(comments[0]);
	size_t used = 0;

	line += strspn(line, " \t");
	if (*line == '#')
		line = "";
	while (*line && used < size - 1) {
		size_t i = 0;
		const char *end;

		while (i < count &&
		       strncmp(line, comments[i].begin, strlen(comments[i].begin)) != 0)
			i++;
		if (i == count) {
			out[used++] = *line++;
			continue;
		}
		end = strstr(line + strlen(comments[i].begin), comments[i].end);
		line = end ? end + strlen(comments[i].end) : "";
	}
	out[used] = '\0';
}

static void take_target(struct rule_lines *lines, const char *text)
{
	char word[ADDRESS_TEXT_BYTES] = "";
	struct address address;
	int family = 0;

	if (*text == '[')
		text++;
	if (sscanf(text, "%47[0-9a-fA-F.:]", word) == 1) {
		/* "10.9.0.3:1024-65535": a range of ports; "10.9.0.3-10.9.0.9": of addresses */
		bool has_ports = strchr(word, '.') && strchr(word, ':');
		bool is_range = text[strlen(word)] == '-' && !has_ports;

		if (has_ports)
			word[strcspn(word, ":")] = '\0';
		family = is_range ? 0 : address_parse(word, &address);
	}
	if (!family || lines->targets_count == RULE_TARGETS_MAX) {
		lines->is_odd = true;
		return;
	}
	lines->targets[lines->targets_count].family = (uint8_t)family;
	lines->targets[lines->targets_count++].address = address;
}

unsigned int rule_lines_take(struct rule_lines *lines, const char *line)
{
	static const char *const prefixes[] = { "snat to ", "snat ip to ", "snat ip6 to ",
						"--to-source ", " to:" };
	char rule[LINE_BYTES];
	bool is_snat;

	strip(line, rule, sizeof(rule));
	/* A chain may be called anything. */
	if (!strncmp(rule, "chain ", 6) || !strncmp(rule, "Chain ", 6) || *rule == ':')
		return 0;
	if (strstr(rule, "masquerade") || strstr(rule, "MASQUERADE")) {
		lines->kinds |= NAT_KIND_MASQUERADE;
		return NAT_KIND_MASQUERADE;
	}
	is_snat = strstr(rule, " SNAT ") || strstr(rule, "snat ");
	if (!is_snat && !strstr(rule, "NETMAP"))
		return 0;
	lines->kinds |= NAT_KIND_OTHER;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const char *at = strstr(rule, prefixes[i]);

		if (!at || !is_snat)
			continue;
		take_target(lines, at + strlen(prefixes[i]));
		return NAT_KIND_OTHER;
	}
	/* nft prints what it does not know of iptables-nft's as an "xt target": the tables of
	 * iptables have it whole. */
	lines->is_odd |= !strstr(rule, "xt target");
	return NAT_KIND_OTHER;
}

enum nat_answer rule_lines_ask(const struct rule_lines *lines, uint8_t family,
			       const struct address *to)
{
	for (size_t i = 0; i < lines->targets_count; i++)
		if (lines->targets[i].family == family &&
		    address_equal(&lines->targets[i].address, to))
			return NAT_NO;
	return lines->is_odd || !(lines->kinds & NAT_KIND_MASQUERADE) ? NAT_MAYBE : NAT_YES;
}
