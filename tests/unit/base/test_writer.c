// SPDX-License-Identifier: GPL-2.0-only
/* A reader that stalls keeps nobody waiting, and what it is given is whole lines. */
#include "cast/make.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/writer.h"

enum { LIMIT_BYTES = 64 << 10, PIPE_BYTES = 4096 };
#define NEVER_NS (60 * NSEC_PER_SEC)
#define SHORT_NS (50 * NSEC_PER_MSEC)

struct place {
	int fds[2];
	int flushes, closes;
	int err; /* of each write */
};

static int write_place(void *ctx, const char *text, size_t len)
{
	struct place *p = ctx;

	return p->err ? p->err : file_write(p->fds[1], text, len);
}

static int flush_place(void *ctx)
{
	((struct place *)ctx)->flushes++;
	return 0;
}

static int close_place(void *ctx)
{
	struct place *p = ctx;

	p->closes++;
	close(p->fds[1]);
	return 0;
}

static const struct writer_target target = { write_place, flush_place, close_place };

static struct writer *open_place(struct place *p)
{
	struct writer *w;

	assert_int_equal(pipe(p->fds), 0);
	fcntl(p->fds[1], F_SETPIPE_SZ, PIPE_BYTES);
	w = writer_new(&target, p, LIMIT_BYTES, 0);
	assert_non_null(w);
	return w;
}

/* "0000042\n": which line it is. */
static int put_line(struct writer *w, int number, bool is_last)
{
	char line[16];
	int len = snprintf(line, sizeof(line), "%07d\n", number);

	return writer_put(w, line, (size_t)len, is_last);
}

/* Everything, in order: `numbers` gets the lines. */
static size_t read_lines(int fd, int *numbers, size_t max)
{
	FILE *in = fdopen(fd, "r");
	char line[64];
	size_t count = 0;

	while (fgets(line, sizeof(line), in)) {
		assert_int_equal(strlen(line), 8);
		assert_true(count < max);
		numbers[count++] = atoi(line);
	}
	fclose(in);
	return count;
}

static void writes_in_order(void **state)
{
	enum { LINES = 300 }; /* less than the pipe holds */
	struct place p = { 0 };
	struct writer *w = open_place(&p);
	int numbers[LINES];

	(void)state;
	for (int i = 0; i < LINES; i++)
		assert_int_equal(put_line(w, i, false), 0);
	assert_int_equal(writer_kick(w), 0);
	assert_int_equal(writer_wait(w, NEVER_NS, NULL), 0);
	assert_int_equal(writer_held(w), 0);
	assert_int_equal(writer_close(w, NEVER_NS, NULL), 0);
	assert_true(p.flushes >= 1);
	assert_int_equal(p.closes, 1);
	assert_int_equal(read_lines(p.fds[0], numbers, LINES), LINES);
	for (int i = 0; i < LINES; i++)
		assert_int_equal(numbers[i], i);
}

static void *drain(void *ctx)
{
	struct place *p = ctx;
	static int numbers[2 * LIMIT_BYTES / 8];
	size_t count = read_lines(p->fds[0], numbers, 2 * LIMIT_BYTES / 8);

	for (size_t i = 1; i < count; i++)
		assert_true(numbers[i] > numbers[i - 1]);
	return (void *)count;
}

/* What finds no room is refused whole; the end has room; a reader that wakes gets it all. */
static void stalled_reader_keeps_nobody_waiting(void **state)
{
	struct place p = { 0 };
	struct writer *w = open_place(&p);
	uint64_t start_ns = clock_mono_ns();
	size_t taken = 0, refused = 0;
	pthread_t reader;
	void *count;

	(void)state;
	for (int i = 0; i < 4 * LIMIT_BYTES / 8; i++) {
		int err = put_line(w, i, false);

		taken += !err;
		refused += err == -EAGAIN;
		assert_true(!err || err == -EAGAIN);
		writer_kick(w);
	}
	assert_true(refused > 0);
	assert_true(writer_held(w) <= LIMIT_BYTES);
	assert_false(writer_has_room(w));
	assert_int_equal(put_line(w, 9999999, true), 0);
	assert_int_equal(writer_wait(w, SHORT_NS, NULL), -ETIMEDOUT);
	assert_true(clock_mono_ns() - start_ns < NEVER_NS);
	assert_int_equal(pthread_create(&reader, NULL, drain, &p), 0);
	assert_int_equal(writer_close(w, NEVER_NS, NULL), 0);
	pthread_join(reader, &count);
	assert_int_equal((size_t)count, taken + 1);
}

static void hung_reader_is_left_behind(void **state)
{
	static struct place slow, hasty;
	volatile sig_atomic_t hurry = 1;
	struct writer *w = open_place(&slow);

	(void)state;
	for (int i = 0; i < 2000; i++)
		put_line(w, i, false);
	assert_int_equal(writer_close(w, SHORT_NS, NULL), -ETIMEDOUT);
	w = open_place(&hasty);
	for (int i = 0; i < 2000; i++)
		put_line(w, i, false);
	assert_int_equal(writer_close(w, NEVER_NS, &hurry), -ETIMEDOUT);
}

static void failure_is_told(void **state)
{
	struct place p = { .err = -ENOSPC };
	struct writer *w = open_place(&p);
	struct pollfd failed = { .fd = writer_fd(w), .events = POLLIN };

	(void)state;
	assert_int_equal(put_line(w, 1, false), 0);
	writer_kick(w);
	assert_int_equal(poll(&failed, 1, 10000), 1);
	assert_int_equal(put_line(w, 2, false), -ENOSPC);
	assert_int_equal(put_line(w, 2, true), -ENOSPC);
	assert_int_equal(writer_kick(w), -ENOSPC);
	assert_int_equal(writer_wait(w, NEVER_NS, NULL), -ENOSPC);
	assert_int_equal(writer_close(w, NEVER_NS, NULL), -ENOSPC);
	assert_int_equal(p.closes, 1);
	close(p.fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_in_order),
		cmocka_unit_test(stalled_reader_keeps_nobody_waiting),
		cmocka_unit_test(hung_reader_is_left_behind),
		cmocka_unit_test(failure_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
