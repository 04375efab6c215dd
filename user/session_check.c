// SPDX-License-Identifier: GPL-2.0-only
/* `--check`: what can be observed on this kernel, probe by probe. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "canary.h"
#include "clock.h"
#include "jsonw.h"
#include "live.h"
#include "loader.h"
#include "message.h"
#include "privilege.h"
#include "session.h"

struct check {
	struct utsname machine;
	bool has_btf;
	const char *lockdown;
	char why[LOADER_WHY_BYTES]; /* "" when the probes were attached */
	struct probe_result probes[EVENT_PROBES];
	enum status status;
	struct canary canary;
};

/* ---- proving: truth rule 7 ---- */

static void prove(struct check *c, enum event_probe probe)
{
	if (c->probes[probe].state == PROBE_ATTACHED)
		c->probes[probe].state = PROBE_PROVEN;
}

static int take_proof(void *ctx, const struct observation *seen)
{
	struct check *c = ctx;

	/* The flush's end carries no namespace; nobody else's is mistaken for it,
	 * since only a beginning proves. */
	if (seen->netns.inum != c->canary.netns)
		return 0;
	switch (seen->type) {
	case OBSERVATION_RESET:
		prove(c,
		      seen->reset.family == AF_INET ? EVENT_PROBE_RESET_V4 : EVENT_PROBE_RESET_V6);
		break;
	case OBSERVATION_ADDRESS:
		prove(c, seen->change.family == AF_INET ? EVENT_PROBE_ADDRESS_V4 :
							  EVENT_PROBE_ADDRESS_V6);
		break;
	case OBSERVATION_LINK:
		prove(c, EVENT_PROBE_LINK);
		break;
	case OBSERVATION_REMOVAL:
		prove(c, EVENT_PROBE_REMOVAL);
		break;
	case OBSERVATION_ACT_BEGIN:
		/* A blind walk shows as a deletion, announced by the removal itself. */
		if (seen->act.cause == CAUSE_USER_FLUSH)
			prove(c, EVENT_PROBE_ITERATION);
		break;
	default:
		break;
	}
	return 0;
}

static bool was_provoked(const struct check *c, enum event_probe probe)
{
	switch (probe) {
	case EVENT_PROBE_RESET_V4:
	case EVENT_PROBE_ADDRESS_V4:
	case EVENT_PROBE_LINK:
		return true;
	case EVENT_PROBE_RESET_V6:
	case EVENT_PROBE_ADDRESS_V6:
		return c->canary.has_ipv6;
	case EVENT_PROBE_REMOVAL:
	case EVENT_PROBE_ITERATION:
		return c->canary.has_conntrack;
	default: /* these need rules in the namespace, and rules load modules */
		return false;
	}
}

static void run_canary(struct check *c, struct loader *loader)
{
	struct live *live = live_new(loader, false, take_proof, c);
	struct timespec settle = { .tv_nsec = 20 * NSEC_PER_MSEC };
	bool is_empty;

	if (live && !canary_run(&c->canary)) {
		nanosleep(&settle, NULL);
		live_drain(live, clock_mono_ns(), &is_empty);
		for (size_t i = 0; i < EVENT_PROBES; i++)
			if (c->probes[i].state == PROBE_ATTACHED && was_provoked(c, i)) {
				c->probes[i].state = PROBE_BLIND;
				snprintf(c->probes[i].why, sizeof(c->probes[i].why),
					 "its event was provoked and not seen");
			}
	}
	live_free(live);
}

static enum status weigh(const struct check *c)
{
	enum status status = STATUS_OK;

	if (c->why[0])
		return STATUS_UNKNOWN;
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		enum probe_state state = c->probes[i].state;

		if (state != PROBE_MISSING && state != PROBE_BLIND)
			continue;
		if (probes[i].is_required)
			return STATUS_UNKNOWN;
		status = STATUS_WARNING;
	}
	return status;
}

static void run_check(struct check *c, const struct options *options)
{
	struct loader_options loader_options = { .btf_path = options->btf,
						 .is_verbose = options->is_verbose };
	struct loader *loader = NULL;

	uname(&c->machine);
	c->has_btf = access("/sys/kernel/btf/vmlinux", R_OK) == 0;
	c->lockdown = privilege_lockdown();
	if (!privilege_check(c->why, sizeof(c->why)))
		loader = loader_open(&loader_options, c->probes, c->why);
	if (loader) {
		c->why[0] = '\0';
		run_canary(c, loader);
	}
	loader_close(loader);
	c->status = weigh(c);
}

/* Refused all together: the one reason is told once, below the table. */
static const char *state_word(const struct check *c, enum probe_state state)
{
	return c->why[0] && state == PROBE_MISSING ? "refused" : probe_state_name(state);
}

static void print_text(const struct check *c, FILE *out)
{
	fprintf(out, "kernel %s %s, BTF %s, lockdown %s, CAP_BPF/PERFMON/SYS_ADMIN %s\n\n",
		c->machine.release, c->machine.machine, c->has_btf ? "yes" : "no", c->lockdown,
		strstr(c->why, "CAP_") ? "missing" : "yes");
	fprintf(out, "%-18s %-8s %-30s %s\n", "PURPOSE", "HOOK", "SYMBOL", "STATE");
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		const struct probe_result *r = &c->probes[i];

		fprintf(out, "%-18s %-8s %-30s %s\n", probes[i].name, hook_how_name(r->how),
			r->symbol[0] ? r->symbol : probes[i].symbol, state_word(c, r->state));
		if (r->why[0] && !c->why[0])
			fprintf(out, "  %s%s\n    so: %s\n    cure: %s\n",
				probes[i].is_required ? "required; " : "", r->why,
				probes[i].consequence, probe_cure(r->state));
	}
	fprintf(out, "\n%s: %s\n", status_name(c->status),
		c->why[0]              ? c->why :
		c->status == STATUS_OK ? "all that is there to observe can be observed" :
					 "some of it cannot be observed");
}

static void print_json(const struct check *c, FILE *out)
{
	struct jsonw w = { 0 };
	char ts[TIME_TEXT_BYTES];
	uint64_t now_ns = clock_mono_ns();

	jsonw_begin_line(&w);
	jsonw_string(&w, "type", "check");
	jsonw_string(&w, "ts", time_format_iso(now_ns + clock_wall_offset_ns(), ts, sizeof(ts)));
	jsonw_u64(&w, "mono_ns", now_ns);
	jsonw_string(&w, "kernel", c->machine.release);
	jsonw_string(&w, "arch", c->machine.machine);
	jsonw_bool(&w, "btf", c->has_btf);
	jsonw_string(&w, "lockdown", c->lockdown);
	if (c->why[0])
		jsonw_string(&w, "why", c->why);
	jsonw_begin_array(&w, "probes");
	for (size_t i = 0; i < EVENT_PROBES; i++) {
		const struct probe_result *r = &c->probes[i];

		jsonw_begin_object(&w, NULL);
		jsonw_string(&w, "name", probes[i].name);
		jsonw_string(&w, "how", hook_how_name(r->how));
		jsonw_string(&w, "symbol", r->symbol[0] ? r->symbol : probes[i].symbol);
		jsonw_string(&w, "state", state_word(c, r->state));
		jsonw_bool(&w, "required", probes[i].is_required);
		if (r->why[0]) {
			jsonw_string(&w, "why", r->why);
			jsonw_string(&w, "consequence", probes[i].consequence);
			jsonw_string(&w, "cure", probe_cure(r->state));
		}
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	jsonw_u64(&w, "status", c->status);
	jsonw_end_line(&w);
	fwrite(w.text, 1, w.len, out);
	jsonw_release(&w);
}

enum status session_check(const struct options *options)
{
	struct check check = { .status = STATUS_UNKNOWN };
	FILE *out = options->output ? fopen(options->output, "we") : stdout;

	if (!out)
		return session_fail(options,
				    "cannot write the file of -o; give a path that can be written");
	run_check(&check, options);
	if (options->format == FORMAT_JSON)
		print_json(&check, out);
	else
		print_text(&check, out);
	if (fflush(out) || ferror(out)) {
		message("cannot write the table of --check");
		check.status = STATUS_UNKNOWN;
	}
	if (out != stdout)
		fclose(out);
	return check.status;
}
