// SPDX-License-Identifier: GPL-2.0-only
/* Recordings as files: plain, gzip, cut, several nodes. */
#include "cast/files.h"
#include "cast/lines.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct watch w;

static int begin(void **state)
{
	(void)state;
	watch_begin(&w);
	return 0;
}

static int end(void **state)
{
	(void)state;
	watch_end(&w);
	files_remove();
	return 0;
}

/* ---- files ---- */

struct tally {
	size_t lost; /* but for a missing summary */
	uint64_t lines_lost;
	size_t seen;
	size_t unended;
	struct observation last;
};

/* Reads a file to its end. `first_bad` may be NULL. */
static struct tally read_file(char *path, uint64_t *bad, uint64_t *first_bad)
{
	const char *why = NULL;
	struct recording *r = recording_open(path, 0, &why);
	struct tally tally = { .lost = 0 };
	struct observation out;
	uint64_t first;

	assert_non_null(r);
	while (recording_next(r, &out) > 0) {
		if (out.type == OBSERVATION_LOST && out.lost.sense == SENSE_RECORDING_END) {
			assert_int_equal(out.lost.count, 1);
			tally.unended++;
			continue;
		}
		tally.lines_lost += out.type == OBSERVATION_LOST ? out.lost.count : 0;
		tally.lost += out.type == OBSERVATION_LOST;
		tally.seen += out.type != OBSERVATION_LOST;
		tally.last = out;
	}
	assert_int_equal(recording_next(r, &out), 0);
	*bad = recording_bad_lines(r, &first);
	if (first_bad)
		*first_bad = first;
	recording_close(r);
	return tally;
}

static void malformed_lines_count_as_lost(void **state)
{
	char *path = file_make_text(ADDRESS_LINE "junk\n" REMOVAL_LINE "{\"type\":\n" RESET_LINE);
	uint64_t bad, first;
	struct tally t = read_file(path, &bad, &first);

	(void)state;
	assert_int_equal(t.lost, 2);
	assert_int_equal(t.seen, 3);
	assert_int_equal(bad, 2);
	assert_int_equal(first, 2);
}

/* Nothing may follow it but what is not known here. */
static void missing_summary_is_a_loss(void **state)
{
	static const struct {
		const char *text;
		size_t unended;
	} files[] = {
		{ ADDRESS_LINE SUMMARY_LINE, 0 },
		{ ADDRESS_LINE SUMMARY_LINE "{\"type\":\"later\"}\n", 0 },
		{ ADDRESS_LINE, 1 },
		{ ADDRESS_LINE SUMMARY_LINE ADDRESS_LINE, 1 },
		{ ADDRESS_LINE "junk\n", 1 },
		{ SUMMARY_LINE, 0 },
		{ "junk\n", 0 }, /* no recording at all */
	};
	uint64_t bad;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_int_equal(read_file(file_make_text(files[i].text), &bad, NULL).unended,
				 files[i].unended);
}

/* A million of them are two kilobytes for gzip, and would be a hundred megabytes of text. */
static void bad_lines_in_a_row_are_one_loss(void **state)
{
	enum { BAD = 100000 };
	const size_t head = strlen(ADDRESS_LINE);
	char *text = malloc(head + 2 * BAD + sizeof(REMOVAL_LINE "x\n" SUMMARY_LINE));
	uint64_t bad, first;
	struct tally t;

	(void)state;
	strcpy(text, ADDRESS_LINE);
	for (size_t i = 0; i < BAD; i++)
		memcpy(text + head + 2 * i, "x\n", 3);
	strcat(text, REMOVAL_LINE "x\n" SUMMARY_LINE);
	t = read_file(file_make_text(text), &bad, &first);
	assert_int_equal(bad, BAD + 1);
	assert_int_equal(first, 2);
	assert_int_equal(t.lost, 2);
	assert_int_equal(t.lines_lost, BAD + 1);
	assert_int_equal(t.seen, 3);
	assert_int_equal(t.last.type, OBSERVATION_END);
	assert_int_equal(t.unended, 0);
	free(text);
}

/* A megabyte of stack in each of many flushes: no more is kept than we would write. */
static void long_strings_are_cut(void **state)
{
	enum { LONG = 500000 };
	char *text = malloc(LONG + 1000);
	struct observation out;
	struct recording_keep keep = { 0 };
	size_t len;

	(void)state;
	strcpy(text,
	       "{\"type\":\"act\",\"mono_ns\":1,\"op\":\"begin\",\"act\":1,\"cause\":\"other\","
	       "\"stack\":\"a");
	len = strlen(text);
	for (size_t i = 0; i < LONG / 2; i++) /* two bytes each, at odd places */
		memcpy(text + len + 2 * i, "\xc3\xa9", 2);
	strcpy(text + len + LONG, "\"}");
	assert_int_equal(recording_parse(text, strlen(text), 0, &out, &keep), 1);
	assert_int_equal(strlen(out.act.stack), STACK_BYTES - 1);
	assert_int_equal((unsigned char)out.act.stack[STACK_BYTES - 2], 0xa9);
	recording_keep_release(&keep);
	free(text);
}

static void lost_lines_lower_the_verdict(void **state)
{
	char *path = file_make_text(ADDRESS_LINE REMOVAL_LINE FLUSH_LINE "junk\n" RESET_LINE);

	(void)state;
	watch_files(&w, &path, 1);
	assert_judged(&w.resets[0].blame, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_LIKELY);
	assert_int_equal(summary_status(&w.summary), STATUS_WARNING);
}

static void first_bad_line_is_counted_as_an_editor_does(void **state)
{
	char *path = file_make_text("\n\n" ADDRESS_LINE "\njunk\n");
	uint64_t bad, first;

	(void)state;
	read_file(path, &bad, &first);
	assert_int_equal(bad, 1);
	assert_int_equal(first, 5);
}

static void gzip_is_read_like_text(void **state)
{
	static const char text[] = ADDRESS_LINE REMOVAL_LINE FLUSH_LINE RESET_LINE;
	char *path = file_make(text, sizeof(text) - 1, 1);

	(void)state;
	watch_files(&w, &path, 1);
	assert_judged(&w.resets[0].blame, VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
}

static void truncated_gzip_counts_as_lost(void **state)
{
	char text[40 * 512], *path, *data, *cut;
	size_t size, len = 0;
	uint64_t bad;
	struct tally t;

	(void)state;
	for (int i = 0; i < 30; i++) /* not so alike that it all fits in one block */
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"{\"type\":\"lost\",\"probe\":\"p%d\",\"count\":%d}\n",
					i * 7919, i + 1);
	path = file_make(text, len, 1);
	data = file_read(path, &size);
	cut = file_make(data, size - 20, 0);
	t = read_file(cut, &bad, NULL);
	assert_int_equal(bad, 1);
	assert_true(t.lost >= 1);
	free(data);
}

static void last_line_without_newline(void **state)
{
	char *path = file_make_text(ADDRESS_LINE "{\"type\":\"lost\",\"probe\":\"x\",\"count\":2}");
	uint64_t bad;
	struct tally t = read_file(path, &bad, NULL);

	(void)state;
	assert_int_equal(t.seen, 1);
	assert_int_equal(t.lost, 1);
	assert_int_equal(bad, 0);
	assert_int_equal(t.last.lost.count, 2);
}

static void line_cut_in_the_middle(void **state)
{
	char *path = file_make(ADDRESS_LINE RESET_LINE, strlen(ADDRESS_LINE RESET_LINE) - 9, 0);
	uint64_t bad;
	struct tally t = read_file(path, &bad, NULL);

	(void)state;
	assert_int_equal(bad, 1);
	assert_int_equal(t.seen, 1);
	/* where it was lost: not before the beginning of time */
	assert_int_equal(t.last.mono_ns, 1000);
}

static void empty_file(void **state)
{
	char *path = file_make_text("");
	uint64_t bad;
	struct tally t = read_file(path, &bad, NULL);

	(void)state;
	assert_int_equal(t.seen + t.lost + bad, 0);
}

/* The longest line of our own is a start line with all its probes. */
static void long_line_is_read(void **state)
{
	static char text[300000];
	char *path;
	uint64_t bad;
	struct tally t;

	(void)state;
	strcpy(text, "{\"type\":\"lost\",\"count\":3,\"probe\":\"x\",\"future\":\"");
	memset(text + strlen(text), 'a', 250000);
	strcat(text, "\"}\n" ADDRESS_LINE);
	path = file_make_text(text);
	t = read_file(path, &bad, NULL);
	assert_int_equal(bad, 0);
	assert_int_equal(t.lost, 1);
	assert_int_equal(t.seen, 1);
}

static void huge_line_counts_as_lost(void **state)
{
	enum { HUGE_BYTES = 3 << 20 };
	char *text = malloc(HUGE_BYTES + sizeof(ADDRESS_LINE));
	uint64_t bad;
	char *path;
	struct tally t;

	(void)state;
	memset(text, '{', HUGE_BYTES);
	path = file_make(text, HUGE_BYTES, 0);
	t = read_file(path, &bad, NULL);
	assert_int_equal(bad, 1);
	assert_int_equal(t.lost, 1);
	assert_int_equal(t.seen, 0);
	free(text);
}

/* A crash leaves NULs where the last blocks should be: that is not nothing. */
static void nul_bytes_count_as_lost(void **state)
{
	char data[sizeof(ADDRESS_LINE) + 5000] = ADDRESS_LINE;
	char *path = file_make(data, sizeof(data), 0);
	uint64_t bad;
	struct tally t = read_file(path, &bad, NULL);

	(void)state;
	assert_int_equal(t.seen, 1);
	assert_int_equal(bad, 1);
}

/* A NUL in one line does not take the next line with it. */
static void nul_bytes_keep_to_their_line(void **state)
{
	static const char text[] = "{\"type\":\0\"lost\"}\n" ADDRESS_LINE REMOVAL_LINE;
	char *path = file_make(text, sizeof(text) - 1, 0);
	uint64_t bad;
	struct tally t = read_file(path, &bad, NULL);

	(void)state;
	assert_int_equal(bad, 1);
	assert_int_equal(t.seen, 2);
}

static void binary_junk(void **state)
{
	unsigned char data[60000];
	uint32_t random = 1;
	uint64_t bad;
	struct tally t;
	char *path;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++) {
		random = random * 1664525 + 1013904223;
		data[i] = (unsigned char)(random >> 24);
	}
	path = file_make(data, sizeof(data), 0);
	t = read_file(path, &bad, NULL);
	assert_int_equal(t.seen, 0);
	assert_true(bad > 0);
}

static void unreadable_files(void **state)
{
	const char *why = NULL;
	struct observation out;
	struct recording *r;
	uint64_t first;

	(void)state;
	assert_null(recording_open("/nonexistent/recording", 0, &why));
	assert_string_equal(why, "no such file");
	r = recording_open("/", 0, &why); /* a directory: opened, or not; never read */
	if (!r)
		return;
	while (recording_next(r, &out) > 0)
		assert_int_equal(out.type, OBSERVATION_LOST);
	assert_int_equal(recording_bad_lines(r, &first), 1);
	recording_close(r);
}

/* ---- several nodes ---- */

#define NODE_LINE(type, s, rest) "{\"type\":\"" type "\"," AT(s, "1000") "," rest "}\n"

static void files_are_merged_by_time(void **state)
{
	char *paths[] = {
		file_make_text(NODE_LINE("link", "1", "\"op\":\"up\"")
				       NODE_LINE("link", "4", "\"op\":\"down\"")),
		file_make_text(NODE_LINE("link", "2", "\"op\":\"down\"") NODE_LINE(
			"link", "3", "\"op\":\"up\"") NODE_LINE("link", "5", "\"op\":\"rename\"")),
		file_make_text(""),
	};
	struct lines lines = { .detail = JSON_REPORT };
	static const char *const ops[] = { "up", "down", "up", "down", "rename" };
	const char *at;

	(void)state;
	w.also = lines_take;
	w.also_ctx = &lines;
	watch_files(&w, paths, 3);
	assert_int_equal(w.found[FINDING_LINK], 5);
	at = lines.text;
	for (size_t i = 0; i < 5; i++) {
		char op[32];

		snprintf(op, sizeof(op), "\"op\":\"%s\"", ops[i]);
		at = strstr(at, op);
		assert_non_null(at);
		at++;
	}
	lines_release(&lines);
}

/* The same addresses, ports, namespace numbers and ids on two nodes; one flushed. */
static void nodes_are_kept_apart(void **state)
{
	char *paths[] = {
		file_make_text(ADDRESS_LINE REMOVAL_LINE FLUSH_LINE RESET_LINE),
		file_make_text("{\"type\":\"address\"," AT(
			"1",
			"1000") ",\"id\":1,\"op\":\"remove\","
				"\"address\":\"10.9.0.9/24\",\"actor\":{\"pid\":9,\"comm\":\"other\"}}\n" RESET_LINE),
	};

	(void)state;
	watch_files(&w, paths, 2);
	assert_int_equal(w.resets_count, 2);
	assert_int_equal(w.verdicts[VERDICT_ENTRY_REMOVED], 1);
	assert_int_equal(w.verdicts[VERDICT_ENTRY_UNKNOWN], 1);
	assert_string_equal(w.resets[0].blame.actor.comm, "systemd-network");
}

#define DELETED(comm, id)                                                                          \
	"{\"type\":\"removal\"," AT("2", "2000") ",\"id\":3,\"flush\":" id                         \
						 ",\"cause\":\"user-delete\"," REDIS_FLOW          \
						 ",\"actor\":{\"pid\":9,\"comm\":\"" comm "\"}}\n"

/* The actor that a removal line names is that line's own, whatever was read from
 * the other file in the meantime. */
static void removals_of_two_nodes_keep_their_actors(void **state)
{
	char *paths[] = {
		file_make_text(DELETED("first-node", "2") RESET_LINE),
		file_make_text(DELETED("second-node", "2") RESET_LINE),
	};

	(void)state;
	watch_files(&w, paths, 2);
	assert_int_equal(w.resets_count, 2);
	assert_string_equal(w.resets[0].blame.actor.comm, "first-node");
	assert_string_equal(w.resets[1].blame.actor.comm, "second-node");
}

static int stop_at_once(void *ctx, const struct observation *seen)
{
	(void)seen;
	++*(int *)ctx;
	return -EPIPE;
}

static void taker_can_stop(void **state)
{
	char *path = file_make_text(ADDRESS_LINE REMOVAL_LINE);
	const char *why = NULL;
	struct recording *r = recording_open(path, 0, &why);
	int taken = 0;

	(void)state;
	assert_int_equal(recordings_play(&r, 1, stop_at_once, &taken), -EPIPE);
	assert_int_equal(taken, 1);
	recording_close(r);
}

/* In lines, and in bytes of the file as it is: whose end is its size. */
static void how_far_it_was_read(void **state)
{
	const char text[] = ADDRESS_LINE REMOVAL_LINE;

	(void)state;
	for (int is_gzip = 0; is_gzip < 2; is_gzip++) {
		const char *why = NULL;
		struct recording *r =
			recording_open(file_make(text, sizeof(text) - 1, is_gzip), 0, &why);
		struct observation out;
		uint64_t lines, bytes, of_bytes;

		recording_progress(r, &lines, &bytes, &of_bytes);
		assert_int_equal(lines, 0);
		assert_true(of_bytes > 0 && bytes < of_bytes);
		while (recording_next(r, &out) > 0)
			;
		recording_progress(r, &lines, &bytes, &of_bytes);
		assert_int_equal(lines, 2);
		assert_int_equal(bytes, of_bytes);
		recording_close(r);
	}
}

#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		story(malformed_lines_count_as_lost),
		story(missing_summary_is_a_loss),
		story(bad_lines_in_a_row_are_one_loss),
		story(long_strings_are_cut),
		story(lost_lines_lower_the_verdict),
		story(first_bad_line_is_counted_as_an_editor_does),
		story(gzip_is_read_like_text),
		story(how_far_it_was_read),
		story(truncated_gzip_counts_as_lost),
		story(last_line_without_newline),
		story(line_cut_in_the_middle),
		story(empty_file),
		story(long_line_is_read),
		story(huge_line_counts_as_lost),
		story(nul_bytes_count_as_lost),
		story(nul_bytes_keep_to_their_line),
		story(binary_junk),
		story(unreadable_files),
		story(files_are_merged_by_time),
		story(nodes_are_kept_apart),
		story(removals_of_two_nodes_keep_their_actors),
		story(taker_can_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
