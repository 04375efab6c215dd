// SPDX-License-Identifier: GPL-2.0-only
/* What stands in the way of a file that root writes where anybody may. */
#include "cast/make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"

enum { STRANGER = 65534 };

static char home[64], shared[80];

static int begin(void **state)
{
	(void)state;
	strcpy(home, "/tmp/rstblame-file.XXXXXX");
	assert_non_null(mkdtemp(home));
	snprintf(shared, sizeof(shared), "%s/shared", home);
	assert_int_equal(mkdir(shared, 0700), 0);
	assert_int_equal(chmod(shared, 01777), 0);
	umask(022);
	return 0;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", home);
	return system(command);
}

static const char *in(const char *folder, const char *name)
{
	static char paths[8][128];
	static size_t next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void make(const char *path, uid_t owner)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0644);

	assert_true(fd >= 0);
	assert_int_equal(file_write(fd, "precious", 8), 0);
	if (owner)
		assert_int_equal(fchown(fd, owner, owner), 0);
	close(fd);
}

static int create(const char *path)
{
	int fd = file_create(path);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static unsigned int mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void is_ones_own(void **state)
{
	(void)state;
	assert_int_equal(create(in(home, "new")), 0);
	assert_int_equal(mode_of(in(home, "new")), 0600);
	umask(0200);
	assert_int_equal(create(in(shared, "new")), 0);
	assert_int_equal(mode_of(in(shared, "new")), 0400);
	umask(022);
}

static void old_one_is_kept_until_it_is_written(void **state)
{
	struct stat st;

	(void)state;
	make(in(home, "old"), 0);
	assert_int_equal(create(in(home, "old")), 0);
	assert_int_equal(stat(in(home, "old"), &st), 0);
	assert_int_equal(st.st_size, 8);
	make(in(shared, "mine"), 0);
	assert_int_equal(create(in(shared, "mine")), 0);
}

static void names_that_are_none(void **state)
{
	(void)state;
	assert_int_equal(create(""), -ENOENT);
	assert_int_equal(create(in(home, "no/such")), -ENOENT);
	assert_int_equal(create(home), -EISDIR);
	assert_int_equal(create("/dev/null"), 0);
	assert_int_equal(create("/dev//null"), 0);
	assert_true(create("/dev/null/") < 0);
	assert_true(create("/") < 0);
	assert_int_equal(chdir(home), 0);
	assert_int_equal(create("relative"), 0);
	assert_int_equal(create("./relative"), 0);
	assert_int_equal(chdir("/"), 0);
}

/* In a folder of one's own a link is what it says; one's own is so in a shared one, too. */
static void own_links_are_followed(void **state)
{
	(void)state;
	make(in(home, "target"), 0);
	assert_int_equal(symlink(in(home, "target"), in(home, "link")), 0);
	assert_int_equal(symlink(in(home, "to-come"), in(home, "dangling")), 0);
	assert_int_equal(symlink(in(home, "target"), in(shared, "link")), 0);
	assert_int_equal(create(in(home, "link")), 0);
	assert_int_equal(create(in(home, "dangling")), 0);
	assert_int_equal(mode_of(in(home, "to-come")), 0600);
	assert_int_equal(create(in(shared, "link")), 0);
}

static void need_root(void)
{
	if (geteuid())
		skip();
}

static void planted_links_are_not_followed(void **state)
{
	(void)state;
	need_root();
	make(in(home, "secret"), 0);
	assert_int_equal(symlink(in(home, "secret"), in(shared, "planted")), 0);
	assert_int_equal(lchown(in(shared, "planted"), STRANGER, STRANGER), 0);
	assert_int_equal(symlink(home, in(shared, "folder")), 0);
	assert_int_equal(lchown(in(shared, "folder"), STRANGER, STRANGER), 0);
	assert_int_equal(symlink(in(home, "made"), in(shared, "dangling")), 0);
	assert_int_equal(lchown(in(shared, "dangling"), STRANGER, STRANGER), 0);
	assert_int_equal(create(in(shared, "planted")), -ELOOP);
	assert_int_equal(create(in(shared, "folder/secret")), -ELOOP);
	assert_int_equal(create(in(shared, "dangling")), -ELOOP);
	assert_int_not_equal(access(in(home, "made"), F_OK), 0);
}

static void files_of_others_are_not_taken(void **state)
{
	(void)state;
	need_root();
	make(in(shared, "theirs"), STRANGER);
	assert_int_equal(create(in(shared, "theirs")), -EPERM);
	make(in(home, "passwd"), 0);
	assert_int_equal(link(in(home, "passwd"), in(shared, "second")), 0);
	assert_int_equal(create(in(shared, "second")), -EPERM);
	/* It must not wait for a reader, either, who is nobody's friend. */
	assert_int_equal(mkfifo(in(shared, "fifo"), 0666), 0);
	assert_int_equal(chown(in(shared, "fifo"), STRANGER, STRANGER), 0);
	assert_true(create(in(shared, "fifo")) < 0);
}

static void *read_late(void *path)
{
	int fd;

	usleep(100000);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* One that is read soon is waited for, one that is not is not for ever. */
static void fifo_is_not_waited_for_for_ever(void **state)
{
	char *path = (char *)in(home, "fifo");
	uint64_t since_ns = clock_mono_ns();
	pthread_t reader;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(thread_start(&reader, read_late, path, UINT64_MAX), 0);
	fd = file_create(path);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	assert_true(thread_join(reader, SECONDS(20)));
	close(fd);
	assert_true(clock_mono_ns() - since_ns < SECONDS(5));
	assert_int_equal(file_create(path), -ETIMEDOUT);
	assert_true(clock_mono_ns() - since_ns < SECONDS(20));
	assert_non_null(strstr(file_explain(ETIMEDOUT), "FIFO"));
}

static void looking_leaves_nothing_behind(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(file_check(in(home, "none")), 0);
	assert_int_not_equal(access(in(home, "none"), F_OK), 0);
	make(in(home, "there"), 0);
	assert_int_equal(file_check(in(home, "there")), 0);
	assert_int_equal(stat(in(home, "there"), &st), 0);
	assert_int_equal(st.st_size, 8);
	assert_int_equal(file_check(in(home, "no/such")), -ENOENT);
	assert_int_equal(file_check(home), -EISDIR);
	assert_int_equal(mkfifo(in(home, "fifo"), 0600), 0);
	assert_int_equal(file_check(in(home, "fifo")), 0);
}

static void folder_is_ones_own(void **state)
{
	(void)state;
	assert_true(file_is_in_own_folder(in(home, "x")));
	assert_false(file_is_in_own_folder(in(home, "no/such")));
	need_root();
	assert_int_equal(chown(shared, STRANGER, STRANGER), 0);
	assert_false(file_is_in_own_folder(in(shared, "x")));
}

static void one_file_by_two_names(void **state)
{
	int a = file_create(in(home, "x")), b, c;

	(void)state;
	assert_int_equal(link(in(home, "x"), in(home, "y")), 0);
	b = file_create(in(home, "y"));
	c = file_create(in(home, "z"));
	assert_true(file_is_same(a, b));
	assert_false(file_is_same(a, c));
	close(a);
	close(b);
	close(c);
	a = file_create("/dev/null");
	b = file_create("/dev/null");
	assert_false(file_is_same(a, b)); /* nothing is lost there */
	close(a);
	close(b);
}

static void file_aside_is_whole_or_not_there(void **state)
{
	struct file_aside aside;
	struct stat st;
	int fd;

	(void)state;
	make(in(home, "page"), 0);
	fd = file_aside_open(&aside, in(home, "page"));
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(file_aside_close(&aside, false), 0);
	assert_int_not_equal(access(aside.path, F_OK), 0);
	assert_int_equal(stat(in(home, "page"), &st), 0);
	assert_int_equal(st.st_size, 8);
	fd = file_aside_open(&aside, in(home, "page"));
	assert_int_equal(file_write(fd, "new", 3), 0);
	close(fd);
	assert_int_equal(file_aside_close(&aside, true), 0);
	assert_int_equal(stat(in(home, "page"), &st), 0);
	assert_int_equal(st.st_size, 3);
	assert_int_equal(st.st_mode & 07777, 0600);
}

int main(void)
{
#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		story(is_ones_own),
		story(old_one_is_kept_until_it_is_written),
		story(names_that_are_none),
		story(own_links_are_followed),
		story(planted_links_are_not_followed),
		story(files_of_others_are_not_taken),
		story(fifo_is_not_waited_for_for_ever),
		story(looking_leaves_nothing_behind),
		story(folder_is_ones_own),
		story(one_file_by_two_names),
		story(file_aside_is_whole_or_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
