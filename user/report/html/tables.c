// SPDX-License-Identifier: GPL-2.0-only
/* Writing: resets by kind, victims, and the counts. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number_text.h"
#include "model/words.h"
#include "report/html/private.h"
#include "summary/sentences.h"
#include "summary/verdict_text.h"

/* ---- resets ---- */

static void write_verdict_cell(FILE *out, enum verdict verdict, enum cause cause, bool is_blamed)
{
	html_begin_cell(out, "Verdict", is_blamed ? "verdict blamed" : "verdict");
	fprintf(out, "<code>%s%s%s</code></td>", verdict_name(verdict), cause ? "/" : "",
		cause ? cause_name(cause) : "");
}

/* "sent to 10.9.0.2:6379"; of an innocent group the ports differ. */
static void write_peer_cell(FILE *out, const struct html_group *g)
{
	char peer[ENDPOINT_TEXT_BYTES];

	html_begin_cell(out, "Reset", NULL);
	if (g->is_rest)
		snprintf(peer, sizeof(peer), "other peers");
	else if (g->is_blamed || g->resets == 1)
		endpoint_format(&g->packet.src, g->family, g->packet.sport, peer, sizeof(peer));
	else
		address_format(&g->packet.src, g->family, peer, sizeof(peer));
	fprintf(out, "%s ", g->kind == RESET_RECEIVED ? "received from" : "sent to");
	html_element(out, "span", g->is_rest ? NULL : "flow", peer);
	if (g->kind == RESET_REJECTED)
		fputs(" by a REJECT rule", out);
	if (g->node)
		fprintf(out, " [recording %u]", g->node + 1);
	fputs("</td>", out);
}

static void write_flow_cell(FILE *out, const struct html_group *g)
{
	const struct tuple *tuple = g->flow.family ? &g->flow.orig : &g->packet;
	char words[TUPLE_TEXT_BYTES];

	html_begin_cell(out, g->resets > 1 ? "First flow" : "Flow", "flow");
	html_escape(out, tuple_format(tuple, g->flow.family ? g->flow.family : g->family, words,
				      sizeof(words)));
	fputs("</td>", out);
}

static void write_span(const struct html *h, FILE *out, uint64_t first_ns, uint64_t last_ns,
		       uint64_t count)
{
	html_begin_cell(out, "When", "when");
	html_time(h, out, first_ns);
	if (count > 1) {
		fputs(" to ", out);
		html_time(h, out, last_ns);
	}
	fputs("</td>", out);
}

static void write_group(const struct html *h, FILE *out, const struct html_group *g)
{
	fprintf(out, "<tr data-resets=\"%" PRIu64 "\" data-verdict=\"%s\">", g->resets,
		verdict_name(g->verdict));
	html_begin_cell(out, "Resets", "number");
	if (g->row)
		fprintf(out, "<a href=\"#n%" PRIu64 "\">%s</a></td>", g->row, NUMBER(g->resets));
	else
		fprintf(out, "%s</td>", NUMBER(g->resets));
	write_verdict_cell(out, g->verdict, g->cause, g->is_blamed);
	html_begin_cell(out, "Confidence", NULL);
	html_confidence(out, g->confidence);
	fputs("</td>", out);
	write_peer_cell(out, g);
	write_flow_cell(out, g);
	write_span(h, out, g->first_wall_ns, g->last_wall_ns, g->resets);
	html_cell(out, "Triggered by", NULL, g->actor);
	html_begin_cell(out, "Meant for", NULL);
	html_escape(out, g->victim);
	if (g->has_others)
		fputs(g->victim[0] ? ", and others" : "several", out);
	fputs("</td></tr>\n", out);
}

/* What found no group of its own: as many rows as there are verdicts, at most. Returns how
 * many. */
static size_t write_ungrouped(const struct html *h, FILE *out)
{
	size_t rows = 0;

	for (enum verdict v = 0; v < VERDICTS; v++) {
		struct reset_blame blame = { .verdict = v };

		if (!h->ungrouped[v])
			continue;
		rows++;
		fprintf(out, "<tr class=\"rest\" data-resets=\"%" PRIu64 "\" data-verdict=\"%s\">",
			h->ungrouped[v], verdict_name(v));
		html_count_cell(out, "Resets", h->ungrouped[v]);
		write_verdict_cell(out, v, CAUSE_NONE, reset_is_blamed(&blame));
		fputs("<td colspan=\"6\">more, with other peers or processes, only "
		      "counted</td></tr>\n",
		      out);
	}
	return rows;
}

/* `what`: "port 22", with the namespace where that is another. */
static void write_counted(const struct html *h, FILE *out, const struct html_port *p,
			  const char *what)
{
	fprintf(out, "<tr data-resets=\"%" PRIu64 "\" data-verdict=\"%s\">", p->resets,
		verdict_name(VERDICT_NO_LISTENER));
	html_count_cell(out, "Resets", p->resets);
	write_verdict_cell(out, VERDICT_NO_LISTENER, CAUSE_NONE, false);
	html_begin_cell(out, "Confidence", NULL);
	html_confidence(out, CONFIDENCE_PROVEN);
	fputs("</td><td colspan=\"2\">SYNs to ", out);
	html_escape(out, what);
	fputs(", only counted</td>", out);
	write_span(h, out, p->first_wall_ns, p->last_wall_ns, p->resets);
	fputs("<td colspan=\"2\"></td></tr>\n", out);
}

static void write_ports(const struct html *h, FILE *out)
{
	char name[NETNS_TEXT_BYTES], node[32] = "", what[sizeof(name) + 96];

	for (size_t i = 0; i < h->ports_count; i++) {
		const struct html_port *p = &h->ports[i];
		bool has_name = *netns_names_format(&h->names, p->netns, name);

		node[0] = '\0';
		if (p->netns.node)
			snprintf(node, sizeof(node), " [recording %u]", p->netns.node + 1);
		snprintf(what, sizeof(what), "port %u%s%s%s%s", p->port,
			 p->family == AF_INET6 ? " over IPv6" : "", has_name ? ", in " : "", name,
			 node);
		write_counted(h, out, p, what);
	}
	if (h->other_ports.resets)
		write_counted(h, out, &h->other_ports, "other ports");
}

/* What conntrack is blamed for comes first, then by how many. */
static int compare_groups(const void *a, const void *b)
{
	const struct html_group *x = a, *y = b;

	if (x->is_blamed != y->is_blamed)
		return x->is_blamed ? -1 : 1;
	if (x->resets != y->resets)
		return x->resets > y->resets ? -1 : 1;
	return x->first_wall_ns < y->first_wall_ns ? -1 : x->first_wall_ns > y->first_wall_ns;
}

void html_write_resets(struct html *h, FILE *out, const struct summary *t)
{
	static const char *const columns[] = { "Resets",       "Verdict",   "Confidence",
					       "Reset",        "Flow",      "When",
					       "Triggered by", "Meant for", NULL };
	size_t rows;

	html_begin_section(out, "resets", "Resets");
	fprintf(out,
		"<p data-resets-total=\"%" PRIu64 "\">%s in total, %s blamed on conntrack. "
		"Similar ones share a row.</p>\n",
		t->resets_total, NUMBER(t->resets_total), NUMBER(t->blamed));
	if (!t->resets_total) {
		fputs("</section>\n", out);
		return;
	}
	if (h->groups_count)
		qsort(h->groups, h->groups_count, sizeof(h->groups[0]), compare_groups);
	html_begin_table(out, "wide resets", "Resets, by verdict and peer", columns);
	for (size_t i = 0; i < h->groups_count; i++)
		write_group(h, out, &h->groups[i]);
	write_ports(h, out);
	rows = h->groups_count + h->ports_count + (h->other_ports.resets > 0);
	rows += write_ungrouped(h, out);
	fputs("</tbody>\n</table>\n", out);
	html_paper_ends(out, rows, PAPER_LINES);
	fputs("</section>\n", out);
}

/* ---- victims ---- */

static void write_home(FILE *out, const struct actor *a)
{
	const char *container = a->container_name[0] ? a->container_name : a->container;

	html_begin_cell(out, "Container or unit", NULL);
	if (a->pod[0]) {
		fputs("pod ", out);
		html_escape(out, a->pod);
		fputs(*container ? ", " : "", out);
	}
	if (*container) {
		fputs("container ", out);
		html_escape(out, container);
	} else {
		html_escape(out, a->unit);
	}
	fputs("</td>", out);
}

static void write_victim(const struct html *h, FILE *out, const struct html_victim *v)
{
	const struct victim *victim = &v->victim;
	char words[DESCRIBE_BYTES], doubt[DESCRIBE_BYTES];

	fprintf(out, "<tr data-resets=\"%" PRIu64 "\">", v->resets);
	html_count_cell(out, "Blamed resets", v->resets);
	html_begin_cell(out, "Process", NULL);
	html_escape(out, victim->process.comm);
	fprintf(out, "[%u]</td>", victim->process.pid);
	html_cell(out, "Command line", "command", victim->cmdline);
	write_home(out, &victim->process);
	html_cell(out, "Namespace", NULL, victim->netns_name);
	describe_unsure(victim, doubt, sizeof(doubt));
	snprintf(words, sizeof(words), "%s%s%.400s",
		 victim->socket_state == SOCKET_NONE ? "" : socket_state_name(victim->socket_state),
		 *doubt ? ", " : "", doubt);
	html_cell(out, "Socket state", NULL, words);
	write_span(h, out, v->first_wall_ns, v->last_wall_ns, v->resets);
	fputs("</tr>\n", out);
}

/* And, where their sockets were found, why not their processes. */
static void write_unknown(const struct html *h, FILE *out)
{
	const char *between = " (";

	fprintf(out, "<p class=\"rest\">The victim of %s is unknown",
		COUNTED(h->victims_unknown, "blamed reset", "blamed resets"));
	for (unsigned i = UNNAMED_NONE + 1; i < UNNAMEDS; i++) {
		const struct victim v = { .unnamed = (uint8_t)i };

		if (!h->victims_unnamed[i])
			continue;
		fprintf(out, "%s%" PRIu64 " %s", between, h->victims_unnamed[i],
			describe_unnamed(&v));
		between = ", ";
	}
	fprintf(out, "%s.</p>\n", *between == ',' ? ")" : "");
}

void html_write_victims(struct html *h, FILE *out, const struct summary *t)
{
	static const char *const columns[] = { "Blamed resets", "Process",
					       "Command line",  "Container or unit",
					       "Namespace",     "Socket state",
					       "When",          NULL };

	html_begin_section(out, "victims", "Victims");
	if (!t->blamed)
		fputs("<p>No reset was blamed on conntrack, so there is no victim.</p>\n", out);
	if (h->victims_count)
		html_begin_table(out, "wide victims", "Victims of blamed resets", columns);
	for (size_t i = 0; i < h->victims_count; i++)
		write_victim(h, out, &h->victims[i]);
	if (h->victims_count)
		fputs("</tbody>\n</table>\n", out);
	html_paper_ends(out, h->victims_count, PAPER_SHORT);
	if (h->victims_unknown)
		write_unknown(h, out);
	if (h->victims_untold)
		fprintf(out, "<p class=\"rest\">%s other processes, only counted.</p>\n",
			COUNTED(h->victims_untold, "more blamed reset hit",
				"more blamed resets hit"));
	fputs("</section>\n", out);
}

/* ---- counts ---- */

static void write_bar(FILE *out, uint64_t count, uint64_t most)
{
	html_begin_cell(out, "", "bar");
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" height=\"10\" "
		"aria-hidden=\"true\"><rect width=\"%.2f%%\" height=\"10\" rx=\"2\"/></svg></td>",
		100.0 * (double)count / (double)most);
}

static uint64_t find_most(const uint64_t *counts, size_t count)
{
	uint64_t most = 0;

	for (size_t i = 0; i < count; i++)
		most = counts[i] > most ? counts[i] : most;
	return most;
}

static void write_removals(FILE *out, const struct summary *t)
{
	static const char *const columns[] = { "Entries", "Cause", "", NULL };
	uint64_t most = find_most(t->removals, CAUSES);

	if (!most) {
		fputs("<p>No conntrack entry was removed.</p>\n", out);
		return;
	}
	html_begin_table(out, "removals", "Conntrack entries removed, by cause", columns);
	for (enum cause c = 0; c < CAUSES; c++) {
		if (!t->removals[c])
			continue;
		fprintf(out, "<tr data-removals=\"%" PRIu64 "\">", t->removals[c]);
		html_count_cell(out, "Entries", t->removals[c]);
		html_cell(out, "Cause", NULL, cause_name(c));
		write_bar(out, t->removals[c], most);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n", out);
}

static void write_verdicts(FILE *out, const struct summary *t)
{
	static const char *const columns[] = { "Resets", "Verdict", "Sent because", "", NULL };
	uint64_t most = find_most(t->resets, VERDICTS);

	if (!most) {
		fputs("<p>No reset was seen.</p>\n", out);
		return;
	}
	html_begin_table(out, "verdicts", "Resets, by verdict", columns);
	for (enum verdict v = 0; v < VERDICTS; v++) {
		if (!t->resets[v])
			continue;
		fputs("<tr>", out);
		html_count_cell(out, "Resets", t->resets[v]);
		html_cell(out, "Verdict", NULL, verdict_name(v));
		html_cell(out, "Sent because", NULL, describe_verdict(v, CAUSE_NONE));
		write_bar(out, t->resets[v], most);
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table>\n", out);
}

void html_write_counts(FILE *out, const struct summary *t)
{
	char words[ACCOUNT_BYTES];

	html_begin_section(out, "counts", "Counts");
	html_element(out, "p", NULL, verdict_text_counts(t, words, sizeof(words)));
	fputs("\n", out);
	if (!t->is_audit) {
		write_verdicts(out, t);
		write_removals(out, t);
	}
	fputs("</section>\n", out);
}
