// SPDX-License-Identifier: GPL-2.0-only
/* core JSON FLOWS...: the table of make bench-core on stdout, the same as JSON Lines in
 * a file. Fails where a number could not be taken; missing a target is said, and does
 * not fail: a busy machine is no defect. */
#include "core-run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIMES = 3, SIZES_MAX = 8, TARGETS_MAX = 24 };

struct row {
	size_t flows;
	struct core_result bare, fill, full, stalls, hot, blame, resets;
};

struct target {
	const char *what;
	double is, target;
	int is_least;
};

/* In a process of its own: its memory is fresh, and no measure warms the cache for
 * another. */
static struct core_result run_once(struct core_result (*measure)(size_t), size_t flows)
{
	struct core_result result;
	int ends[2], status;
	pid_t pid;

	if (pipe(ends) || (pid = fork()) < 0)
		exit(1);
	if (!pid) {
		result = measure(flows);
		_exit(write(ends[1], &result, sizeof(result)) != sizeof(result));
	}
	close(ends[1]);
	if (read(ends[0], &result, sizeof(result)) != sizeof(result) ||
	    waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "bench-core: a measure of %zu flows failed\n", flows);
		exit(1);
	}
	close(ends[0]);
	return result;
}

static void keep_least(double *best, double value)
{
	if (value < *best)
		*best = value;
}

/* The best of some, for each number: what slows one down is not the code. */
static struct core_result run(struct core_result (*measure)(size_t), size_t flows)
{
	struct core_result best = run_once(measure, flows);

	for (int time = 1; time < TIMES; time++) {
		struct core_result result = run_once(measure, flows);

		keep_least(&best.ns, result.ns);
		keep_least(&best.first_ns, result.first_ns);
		keep_least(&best.stall_us, result.stall_us);
		keep_least(&best.looked_ns, result.looked_ns);
		keep_least(&best.missed_ns, result.missed_ns);
	}
	return best;
}

static struct row measure(size_t flows)
{
	return (struct row){
		.flows = flows,
		.bare = run(run_bare, flows),
		.fill = run(run_fill, flows),
		.full = run(run_full, flows),
		.stalls = run(run_stalls, flows),
		.hot = run(run_hot, flows),
		.blame = run(run_blame, flows),
		.resets = run(run_resets, flows),
	};
}

static void print_json(FILE *out, const struct row *r)
{
	fprintf(out,
		"{\"type\":\"core\",\"flows\":%zu,\"add_to_bare_ratio\":%.2f,"
		"\"add_full_to_bare_ratio\":%.2f,\"lookup_to_bare_ratio\":%.2f,"
		"\"bytes_per_flow\":%.1f,\"bare_insert_ns\":%.1f,\"bare_lookup_ns\":%.1f,"
		"\"add_ns\":%.1f,\"add_first_touch_ns\":%.1f,\"add_full_ns\":%.1f,"
		"\"lookup_hit_ns\":%.1f,\"lookup_miss_ns\":%.1f,\"lookups_per_s\":%.0f,"
		"\"removal_ns\":%.1f,\"removal_first_touch_ns\":%.1f,\"removals_per_s\":%.0f,"
		"\"reset_ns\":%.1f,\"resets_per_s\":%.0f,\"stall_us\":%.1f,"
		"\"one_tuple_stall_us\":%.1f}\n",
		r->flows, r->fill.ns / r->bare.ns, r->full.ns / r->bare.ns,
		r->fill.looked_ns / r->bare.looked_ns, r->fill.bytes, r->bare.ns, r->bare.looked_ns,
		r->fill.ns, r->fill.first_ns, r->full.ns, r->fill.looked_ns, r->fill.missed_ns,
		1e9 / r->fill.looked_ns, r->blame.ns, r->blame.first_ns, 1e9 / r->blame.ns,
		r->resets.ns, 1e9 / r->resets.ns, r->stalls.stall_us, r->hot.stall_us);
}

static double most(double a, double b)
{
	return a > b ? a : b;
}

static void print_row(const struct row *r)
{
	printf("%9zu %6.2f %6.2f %7.2f %6.1f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %7.1f %8.1f\n",
	       r->flows, r->fill.ns / r->bare.ns, r->full.ns / r->bare.ns,
	       r->fill.looked_ns / r->bare.looked_ns, r->fill.bytes, r->bare.ns, r->fill.ns,
	       r->fill.first_ns, r->full.ns, r->bare.looked_ns, r->fill.looked_ns,
	       r->fill.missed_ns, r->blame.ns, r->resets.ns,
	       most(r->stalls.stall_us, r->hot.stall_us));
	fflush(stdout);
}

static void print_head(void)
{
	printf("CPU time for each event in ns, the best of %d runs. bare: both keys of the flow into\n"
	       "a hash table sized for all, or one key found there. first: memory is touched for\n"
	       "the first time. stall: the longest that %d removals took, us, memory included, of flows\n"
	       "or of one tuple all the time.\n"
	       "%9s %21s %6s %31s %23s %7s %7s %8s\n"
	       "%9s %6s %6s %7s %6s %7s %7s %7s %7s %7s %7s %7s %7s %7s %8s\n",
	       TIMES, STALL_EVENTS, "", "ledger / bare", "bytes/", "insert", "look-up", "decode,",
	       "reset,", "", "flows", "add", "full", "look-up", "flow", "bare", "add", "first",
	       "full", "bare", "found", "missed", "blame", "verdict", "stall");
}

static struct row worst_of(const struct row *rows, size_t count)
{
	struct row w = rows[0];

	for (size_t i = 1; i < count; i++) {
		const struct row *r = &rows[i];

		w.fill.bytes = most(w.fill.bytes, r->fill.bytes);
		w.fill.looked_ns = most(w.fill.looked_ns, r->fill.looked_ns);
		w.blame.ns = most(w.blame.ns, r->blame.ns);
		w.blame.first_ns = most(w.blame.first_ns, r->blame.first_ns);
		w.resets.ns = most(w.resets.ns, r->resets.ns);
		w.stalls.stall_us = most(w.stalls.stall_us, r->stalls.stall_us);
		w.hot.stall_us = most(w.hot.stall_us, r->hot.stall_us);
	}
	return w;
}

/* Each by its worst number of flows, but memory by the greatest: a few flows share
 * what is there for none. Growth from the first to the last. */
static size_t list_targets(const struct row *rows, size_t count, struct target *out)
{
	const struct row *a = &rows[0], *z = &rows[count - 1];
	struct row w = worst_of(rows, count);
	const struct target targets[] = {
		{ "million removals/s, record to ledger", 1e3 / w.blame.ns, 5, 1 },
		{ "the same where memory is touched for the first time", 1e3 / w.blame.first_ns, 0,
		  1 },
		{ "million look-ups/s for resets", 1e3 / w.fill.looked_ns, 2, 1 },
		{ "million resets/s, record to verdict", 1e3 / w.resets.ns, 0, 1 },
		{ "bytes for each IPv4 flow, resident, most flows", z->fill.bytes, 64, 0 },
		{ "longest stall, ms", w.stalls.stall_us / 1000, 10, 0 },
		{ "the same with one tuple all the time, ms", w.hot.stall_us / 1000, 10, 0 },
		{ "removal, most flows / fewest", z->blame.ns / a->blame.ns, 2, 0 },
		{ "removal that evicts, most flows / fewest", z->full.ns / a->full.ns, 2, 0 },
		{ "look-up, most flows / fewest", z->fill.looked_ns / a->fill.looked_ns, 0, 0 },
		{ "reset, most flows / fewest", z->resets.ns / a->resets.ns, 0, 0 },
		{ "bare insert, most flows / fewest", z->bare.ns / a->bare.ns, 0, 0 },
		{ "bare look-up, most flows / fewest", z->bare.looked_ns / a->bare.looked_ns, 0,
		  0 },
	};
	size_t targets_count = sizeof(targets) / sizeof(targets[0]);

	_Static_assert(sizeof(targets) / sizeof(targets[0]) <= TARGETS_MAX, "there is room");
	for (size_t i = 0; i < targets_count; i++)
		out[i] = targets[i];
	return targets_count;
}

/* A target of 0 is none: what the others are to be seen beside. */
static void tell_target(const struct target *t)
{
	int is_met = t->is_least ? t->is >= t->target : t->is <= t->target;

	printf("%-52s %8.2f", t->what, t->is);
	if (t->target)
		printf("  target %s %.0f: %s", t->is_least ? ">=" : "<=", t->target,
		       is_met ? "met" : "MISSED");
	printf("\n");
}

int main(int argc, char **argv)
{
	struct target targets[TARGETS_MAX];
	struct row rows[SIZES_MAX];
	size_t count = 0, targets_count;
	FILE *json;

	if (argc < 3 || argc - 2 > SIZES_MAX || !(json = fopen(argv[1], "w"))) {
		fprintf(stderr, "usage: core JSON FLOWS...\n");
		return 1;
	}
	print_head();
	for (int i = 2; i < argc; i++) {
		rows[count] = measure(strtoul(argv[i], NULL, 10));
		print_row(&rows[count]);
		print_json(json, &rows[count++]);
		fflush(json); /* what is in it yet, a child would write again */
	}
	targets_count = list_targets(rows, count, targets);
	for (size_t i = 0; i < targets_count; i++)
		tell_target(&targets[i]);
	return fclose(json) != 0;
}
