// SPDX-License-Identifier: GPL-2.0-only
#include "session/check_report.h"

#include <inttypes.h>
#include <string.h>

#include "base/capabilities.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "base/utf8.h"
#include "base/wrapped.h"
#include "node/holdings.h"
#include "node/privilege.h"

enum { STATE_BYTES = 48, LIMIT_BYTES = 32, CONCLUSION_BYTES = 256 };
enum { PRIVILEGES_BYTES = 256, HOLDING_BYTES = 192 };

/* Refused all together: the one reason is told once, below the table. */
static const char *state_text(const struct check *c, size_t probe, char *out, size_t size)
{
	enum probe_state state = c->probes[probe].state;

	if (c->why[0] && (state == PROBE_MISSING || state == PROBE_UNTRIED))
		return state == PROBE_MISSING ? "refused" : "not tried";
	return probe_state_text(&probes[probe], state, out, size);
}

static const char *symbol_of(const struct check *c, size_t probe)
{
	return c->probes[probe].symbol[0] ? c->probes[probe].symbol : probe_symbol(probe);
}

static bool is_gap(const struct check *c, size_t probe)
{
	enum probe_state state = c->probes[probe].state;

	return !c->why[0] && state != PROBE_PROVEN && state != PROBE_ATTACHED;
}

static bool has_gap(const struct check *c)
{
	for (size_t i = 0; i < EVENT_PROBES; i++)
		if (is_gap(c, i) && c->probes[i].state != PROBE_WAITS)
			return true;
	return false;
}

/* Kernels before 5.11 charge the maps to it; libbpf lifts it for this process. */
static const char *memlock_text(const struct check *c, char *out, size_t size)
{
	if (!c->has_memlock)
		return "unknown";
	if (c->memlock_bytes == UINT64_MAX)
		return "unlimited";
	snprintf(out, size, "%" PRIu64 " KiB", c->memlock_bytes / 1024);
	return out;
}

/* Where what is wrapped goes on. */
enum { MACHINE_INDENT = 11, HOLDING_INDENT = 28 };

static void write_machine(const struct check *c, size_t columns, FILE *out)
{
	char limit[LIMIT_BYTES], btf[128], held[PRIVILEGES_BYTES];
	char sockets[sizeof(c->no_walk) + 64];
	size_t used = 0;
	const char *name;

	fprintf(out, "kernel     %s %s\n", c->machine.release, c->machine.machine);
	fprintf(out, "BTF        %s\n", utf8_printable(c->btf, btf, sizeof(btf)));
	fprintf(out, "lockdown   %s\n", c->lockdown);
	fprintf(out, "kallsyms   %s\n",
		c->sees_symbols ? "readable" : "hidden (kptr_restrict, CAP_SYSLOG)");
	fprintf(out, "memlock    %s\n", memlock_text(c, limit, sizeof(limit)));
	fprintf(out, "ftrace     %s\n", switch_state_name(c->switches.states[SWITCH_FTRACE]));
	fprintf(out, "kprobes    %s\n", switch_state_name(c->switches.states[SWITCH_KPROBES]));
	for (size_t i = 0; (name = privilege_name(i)); i++)
		used += (size_t)snprintf(held + used, sizeof(held) - used, "%s%s %s", i ? ", " : "",
					 name,
					 privilege_has(i)        ? "yes" :
					 privilege_is_missing(i) ? "MISSING" :
								   "no");
	fprintf(out, "sockets    ");
	snprintf(sockets, sizeof(sockets), "%s%s",
		 c->no_walk[0] ? "one network namespace at a time: " : "all by one walk",
		 c->no_walk);
	wrapped_print(out, columns, MACHINE_INDENT, MACHINE_INDENT, sockets);
	fprintf(out, "privilege  ");
	wrapped_print(out, columns, MACHINE_INDENT, MACHINE_INDENT, held);
	for (size_t i = 0; i < c->gaps.count; i++) {
		fprintf(out, "gap        ");
		wrapped_print(out, columns, MACHINE_INDENT, MACHINE_INDENT, c->gaps.lines[i]);
	}
	fputc('\n', out);
}

static void write_below(size_t columns, FILE *out, size_t indent, const char *label,
			const char *words)
{
	fprintf(out, "%*s%s", (int)indent, "", label);
	wrapped_print(out, columns, indent + strlen(label), indent + 2, words);
}

static void write_gap(const struct check *c, size_t probe, size_t columns, FILE *out)
{
	const struct probe_result *r = &c->probes[probe];
	bool is_required = probes[probe].is_required && r->state != PROBE_WAITS;

	write_below(columns, out, 2, is_required ? "required;" : "", r->why);
	write_below(columns, out, 4, "so:", sense_consequence(probes[probe].sense));
	write_below(columns, out, 4, "cure:", probe_result_cure(r));
}

static void write_probe_row(const struct check *c, size_t probe, size_t columns, FILE *out)
{
	const char *how = hook_how_name(c->probes[probe].how);
	char state[STATE_BYTES];

	/* The longest way has no long symbols. */
	fprintf(out, "%-19s %-6s %-*s %s\n", probe_word(probe), how,
		strlen(how) > 6 ? 36 - (int)strlen(how) : 30, symbol_of(c, probe),
		state_text(c, probe, state, sizeof(state)));
	if (is_gap(c, probe))
		write_gap(c, probe, columns, out);
	else if (!c->why[0] && c->probes[probe].why[0])
		write_below(columns, out, 2, "but:", c->probes[probe].why);
	else if (c->probes[probe].state == PROBE_ATTACHED && c->probes[probe].unproven[0])
		write_below(columns, out, 2, "not proven:", c->probes[probe].unproven);
}

/* Now, as in a window until it is open. */
static const char *held_word(const struct check *c, size_t index)
{
	const struct holding *row = holding_row(index);

	if (capabilities_held() & CAPABILITY(row->capability))
		return "yes";
	if (c->had & CAPABILITY(row->capability))
		return "dropped";
	return privilege_is_missing(index) ? "MISSING" : "no";
}

static void write_holdings(const struct check *c, size_t columns, FILE *out)
{
	const struct holding *row;
	char words[HOLDING_BYTES];

	fprintf(out, "\n%-19s %-7s %s\n", "CAPABILITY", "HELD", "TO → WHEN ALL IS ATTACHED");
	for (size_t i = 0; (row = holding_row(i)); i++) {
		fprintf(out, "%-19s %-7s ", row->name, held_word(c, i));
		snprintf(words, sizeof(words), "%s → %s", row->what, row->kept);
		wrapped_print(out, columns, HOLDING_INDENT, HOLDING_INDENT, words);
	}
	fprintf(out, "%-19s %-7s ", "seccomp", c->refuses_calls ? "yes" : "no");
	wrapped_print(out, columns, HOLDING_INDENT, HOLDING_INDENT,
		      "refuse system calls that are not needed; nothing executed gains privileges");
}

static size_t count_unproven(const struct check *c)
{
	size_t count = 0;

	for (size_t i = 0; i < EVENT_PROBES; i++)
		count += c->probes[i].state == PROBE_ATTACHED;
	return count;
}

static const char *conclusion(const struct check *c, char *buf, size_t size)
{
	const char *why = c->proving.provoked.why;
	size_t unproven = count_unproven(c);

	if (c->why[0])
		return c->why;
	if (c->status == STATUS_OK && unproven)
		snprintf(buf, size,
			 "nothing is missing, and all that could be provoked was observed (%zu %s)",
			 unproven, unproven == 1 ? "probe is not proven" : "probes are not proven");
	else if (c->status == STATUS_OK)
		return "everything can be observed";
	else if (c->status == STATUS_WARNING && why[0])
		snprintf(buf, size, "nothing is proven: %s", why);
	else if (c->status == STATUS_WARNING && !has_gap(c))
		return c->gaps.lines[0];
	if (c->status == STATUS_OK || (c->status == STATUS_WARNING && why[0]))
		return buf;
	return c->status == STATUS_WARNING ? "some events cannot be observed" :
					     "events that a verdict needs cannot be observed";
}

void check_write_text(const struct check *c, size_t columns, FILE *out)
{
	char words[CONCLUSION_BYTES];

	write_machine(c, columns, out);
	fprintf(out, "%-19s %-6s %-30s %s\n", "PURPOSE", "HOOK", "SYMBOL", "STATE");
	for (size_t i = 0; i < EVENT_PROBES; i++)
		write_probe_row(c, i, columns, out);
	write_holdings(c, columns, out);
	fprintf(out, "\n%s:", status_name(c->status));
	wrapped_print(out, columns, strlen(status_name(c->status)) + 1, 0,
		      conclusion(c, words, sizeof(words)));
}

static void write_privileges(const struct check *c, struct jsonw *w)
{
	char limit[LIMIT_BYTES];
	const char *name;

	jsonw_begin_object(w, "capabilities");
	for (size_t i = 0; (name = privilege_name(i)); i++)
		jsonw_bool(w, name, privilege_has(i));
	jsonw_end_object(w);
	jsonw_begin_array(w, "gaps");
	for (size_t i = 0; i < c->gaps.count; i++)
		jsonw_string(w, NULL, c->gaps.lines[i]);
	jsonw_end_array(w);
	jsonw_string(w, "lockdown", c->lockdown);
	jsonw_bool(w, "kallsyms", c->sees_symbols);
	jsonw_string(w, "memlock", memlock_text(c, limit, sizeof(limit)));
	jsonw_string(w, "sockets", c->no_walk[0] ? "namespaces" : "walk");
	if (c->no_walk[0])
		jsonw_string(w, "sockets_why", c->no_walk);
	for (enum switch_id i = 0; i < SWITCHES; i++)
		jsonw_string(w, sense_word(switch_sense(i)),
			     switch_state_name(c->switches.states[i]));
}

static void write_holding(const struct check *c, size_t index, struct jsonw *w)
{
	const struct holding *row = holding_row(index);

	jsonw_begin_object(w, NULL);
	jsonw_string(w, "capability", row->name);
	jsonw_string(w, "held", held_word(c, index));
	jsonw_string(w, "needed_to", row->what);
	jsonw_string(w, "when_attached", row->kept);
	jsonw_end_object(w);
}

static void write_probe(const struct check *c, size_t probe, struct jsonw *w)
{
	const struct probe_result *r = &c->probes[probe];
	char state[STATE_BYTES];

	jsonw_begin_object(w, NULL);
	jsonw_string(w, "name", probe_word(probe));
	jsonw_string(w, "how", hook_how_name(r->how));
	jsonw_string(w, "symbol", symbol_of(c, probe));
	jsonw_string(w, "state", state_text(c, probe, state, sizeof(state)));
	jsonw_bool(w, "required", probes[probe].is_required);
	jsonw_string(w, "consequence", sense_consequence(probes[probe].sense));
	if (r->why[0] || r->unproven[0])
		jsonw_string(w, "why", r->why[0] ? r->why : r->unproven);
	if (is_gap(c, probe))
		jsonw_string(w, "cure", probe_result_cure(r));
	jsonw_end_object(w);
}

void check_write_json(const struct check *c, FILE *out)
{
	struct jsonw w = { 0 };
	char ts[TIME_TEXT_BYTES], words[CONCLUSION_BYTES];
	uint64_t now_ns = clock_mono_ns();

	jsonw_begin_line(&w);
	jsonw_string(&w, "type", "check");
	jsonw_string(&w, "ts", time_format_iso(now_ns + clock_wall_offset_ns(), ts, sizeof(ts)));
	jsonw_u64(&w, "mono_ns", now_ns);
	jsonw_string(&w, "kernel", c->machine.release);
	jsonw_string(&w, "arch", c->machine.machine);
	jsonw_bool(&w, "btf", strcmp(c->btf, "no") != 0);
	write_privileges(c, &w);
	jsonw_begin_array(&w, "privileges");
	for (size_t i = 0; holding_row(i); i++)
		write_holding(c, i, &w);
	jsonw_end_array(&w);
	jsonw_bool(&w, "seccomp", c->refuses_calls);
	jsonw_begin_array(&w, "probes");
	for (size_t i = 0; i < EVENT_PROBES; i++)
		write_probe(c, i, &w);
	jsonw_end_array(&w);
	jsonw_string(&w, "conclusion", conclusion(c, words, sizeof(words)));
	if (c->why[0])
		jsonw_string(&w, "why", c->why);
	jsonw_u64(&w, "status", c->status);
	jsonw_end_line(&w);
	fwrite(w.text, 1, w.len, out);
	jsonw_release(&w);
}
