/* SPDX-License-Identifier: GPL-2.0-only */
/* What the collector and the writers of the page share. */
#ifndef RSTBLAME_REPORT_HTML_PRIVATE_H
#define RSTBLAME_REPORT_HTML_PRIVATE_H

#include "base/time_text.h"
#include "report/html/escape.h"
#include "report/html/histogram.h"
#include "report/html/html.h"
#include "summary/finding_text.h"
#include "summary/phrases.h"

/* The lanes of the picture, from cause to effect. */
enum html_lane {
	HTML_LANE_LOG,
	HTML_LANE_LINK,
	HTML_LANE_ADDRESS,
	HTML_LANE_RULESET,
	HTML_LANE_FLUSH,
	HTML_LANE_RISK,
	HTML_LANE_BLAMED,
	HTML_LANE_RESET,
	HTML_LANE_GAP, /* losses and probes */
	HTML_LANES,
	HTML_LANE_NONE = HTML_LANES,
};

/* Lines of the list, by what shares a budget: a storm of one kind costs no other. */
enum html_class {
	HTML_CHANGES,
	HTML_RULESETS,
	HTML_FLUSHES,
	HTML_REMOVALS,
	HTML_BLAMED,
	HTML_RESETS,  /* the others, each verdict by itself */
	HTML_COUNTED, /* resets that were counted, a second's each */
	HTML_AT_RISK,
	HTML_RISKS_OVER,
	HTML_PROBES,
	HTML_LOST,
	HTML_LOGS,
	HTML_CLASSES,
};

enum {
	HTML_GROUPS_MAX = 240, /* the last half for the rest of each story only */
	HTML_PORTS_MAX = 24,
	HTML_VICTIMS_MAX = 60,
	HTML_RISKS_MAX = 100,
	HTML_STARTS_MAX = 8,
	HTML_STEPS_MAX = 16, /* of the clock */
	HTML_NODES_MAX = 64,
};

/* A line of the list. */
struct html_row {
	uint64_t seq; /* its anchor; from 1 */
	uint64_t id;  /* the finding's; 0: none */
	uint64_t key_ns, wall_ns;
	enum html_class class;
	char *words;  /* plain, for the picture */
	char *markup; /* the whole line */
};

/* Resets of one story and one peer; or, of each story, the rest. Innocents have one story
 * for each verdict. */
struct html_group {
	bool is_rest; /* with other peers than those that have a group of their own */
	enum verdict verdict;
	enum cause cause;
	enum confidence confidence;
	enum reset_kind kind;
	uint64_t because; /* id of the flush, ruleset or arrival; 0: none */
	uint32_t node;
	uint32_t pid;
	bool has_others; /* meant for other processes, too */
	uint8_t family;
	bool is_blamed;
	struct tuple packet; /* of the first; with the peer of all */
	struct flow flow;
	uint64_t resets;
	uint64_t first_wall_ns, last_wall_ns;
	uint64_t row; /* of the first; 0: not in the list */
	char actor[DESCRIBE_BYTES];
	char victim[DESCRIBE_BYTES];
};

/* Resets that were counted, by the port that was tried. */
struct html_port {
	struct netns_id netns;
	uint8_t family;
	uint16_t port;
	uint64_t resets;
	uint64_t first_wall_ns, last_wall_ns;
};

struct html_victim {
	struct victim victim; /* of the first */
	uint64_t resets;
	uint64_t first_wall_ns, last_wall_ns;
};

struct html_risk {
	uint64_t id;
	struct flow flow;
	enum risk_end end;
	enum cause cause;
	uint64_t flush;
	uint64_t wall_ns;
	const struct victim *victim;
};

struct html_probe {
	char name[32], how[16], symbol[64], why[192];
	bool is_blind;
	const char *so; /* what cannot be concluded without it: static; "" */
};

struct html_start {
	uint32_t node;
	uint64_t wall_ns, window_s;
	char version[32], host[72], kernel[96], arch[32];
	char line[DESCRIBE_BYTES];
	size_t probes_count;
	struct html_probe probes[PROBE_REPORTS_MAX];
};

/* The wall clock against the monotonic one. */
struct html_node {
	bool is_known;
	uint64_t offset_ns;      /* when it was first seen: what the axis is made of */
	uint64_t last_offset_ns; /* modulo 2^64, both */
	uint64_t last_mono_ns;
};

struct html_step {
	uint32_t node;
	uint64_t wall_ns; /* after it */
	int64_t by_ns;
};

struct html {
	struct html_options options;
	struct netns_names names;
	uint64_t from_ns, to_ns; /* the axis */
	uint64_t from_wall_ns, to_wall_ns;
	bool has_begun, is_short_of_memory;
	struct html_node nodes[HTML_NODES_MAX];
	size_t steps_count;
	uint64_t steps_untold;
	struct html_step steps[HTML_STEPS_MAX];
	size_t starts_count;
	uint64_t starts_untold;
	struct html_start starts[HTML_STARTS_MAX];

	size_t rows_count, rows_room;
	struct html_row *rows;
	uint64_t seq;
	uint64_t shown[HTML_CLASSES], left_out[HTML_CLASSES];
	uint64_t shown_innocent[VERDICTS], left_out_innocent[VERDICTS];
	uint64_t risks_shown, risk_flush; /* of the latest flush */
	struct histogram lanes[HTML_LANES];

	size_t groups_count;
	struct html_group groups[HTML_GROUPS_MAX];
	uint64_t ungrouped[VERDICTS]; /* resets that found no room above */
	size_t ports_count;
	struct html_port ports[HTML_PORTS_MAX];
	struct html_port other_ports; /* that found no room above; of any namespace */
	size_t victims_count;
	struct html_victim victims[HTML_VICTIMS_MAX];
	uint64_t victims_unknown, victims_untold; /* blamed resets */
	uint64_t victims_unnamed[UNNAMEDS];       /* of the unknown: their sockets were found */
	size_t risks_count;
	struct html_risk risks[HTML_RISKS_MAX];
};

/* ---- collecting ---- */

/* A finding's place on the axis: the wall clock, as if it had never been set. */
uint64_t html_key(const struct html *h, const struct finding *f);

/* Puts the finding into the list, where its class has room or it must be, and into the
 * picture. Returns its line's number; 0 when it is not in the list. */
uint64_t html_take_row(struct html *h, const struct finding *f, bool must_be);

/* The line that tells the finding `id`; NULL: not in the list. */
const struct html_row *html_find_row(const struct html *h, uint64_t id);

/* By time, as they are written. */
void html_sort_rows(struct html *h);
void html_free_rows(struct html *h);

/* Returns the group that begins with it; NULL: it is not the first of one. */
struct html_group *html_take_reset(struct html *h, const struct finding *f);
void html_take_ports(struct html *h, const struct finding *f);
void html_take_risk(struct html *h, const struct finding *f);

/* ---- writing ---- */

extern const char html_style[];

/* <time>, the clock's; with the whole date as its title. */
void html_time(const struct html *h, FILE *out, uint64_t wall_ns);

/* The word in its colour. */
void html_confidence(FILE *out, enum confidence confidence);

/* The beginning of a section, with its heading, of a table, whose columns end with NULL ("":
 * one without a name), and of a table's cell, with what it
 * says where there is no room for columns. */
void html_begin_section(FILE *out, const char *id, const char *heading);
void html_begin_table(FILE *out, const char *class, const char *caption,
		      const char *const *columns);
void html_begin_cell(FILE *out, const char *label, const char *class);
void html_cell(FILE *out, const char *label, const char *class, const char *text);
/* Behind a list of `count` lines, of which style.css prints `printed` at most: that it goes
 * on, on paper only. */
void html_paper_ends(FILE *out, uint64_t count, uint64_t printed);
enum { PAPER_LINES = 40, PAPER_SHORT = 20 };
void html_count_cell(FILE *out, const char *label, uint64_t count);

void html_write_stories(struct html *h, FILE *out, const struct summary *t);
void html_write_waiting(struct html *h, FILE *out, const struct summary *t);
void html_write_advice(FILE *out, const struct summary *t);
void html_write_timeline(struct html *h, FILE *out, const struct summary *t);
void html_write_list(struct html *h, FILE *out);
void html_write_resets(struct html *h, FILE *out, const struct summary *t);
void html_write_victims(struct html *h, FILE *out, const struct summary *t);
void html_write_counts(FILE *out, const struct summary *t);

/* What could not be seen; and whether any of it makes the verdict less sure. */
void html_write_gaps(struct html *h, FILE *out, const struct summary *t);
bool html_has_gaps(const struct html *h, const struct summary *t);
void html_write_source(struct html *h, FILE *out, const struct summary *t);

/* A page's head, with its title to be written between the two. */
void html_begin_head(FILE *out);
void html_end_head(FILE *out);
const char *html_status_class(enum status status);

#endif
