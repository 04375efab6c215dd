// SPDX-License-Identifier: GPL-2.0-only
#include "cast/files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { FILES_MAX = 8, PATH_BYTES = 256 };

static char paths[FILES_MAX][PATH_BYTES];
static size_t paths_count;

char *file_make(const void *data, size_t size, int is_gzip)
{
	const char *dir = getenv("TMPDIR");
	char *path = paths[paths_count];
	gzFile file;
	int fd;

	assert_true(paths_count < FILES_MAX);
	snprintf(path, PATH_BYTES, "%s/rstblame-test-XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	paths_count++;
	file = gzdopen(fd, is_gzip ? "wb" : "wbT");
	assert_non_null(file);
	if (size)
		assert_int_equal(gzwrite(file, data, (unsigned int)size), size);
	assert_int_equal(gzclose(file), Z_OK);
	return path;
}

char *file_make_text(const char *text)
{
	return file_make(text, strlen(text), 0);
}

void files_remove(void)
{
	while (paths_count)
		unlink(paths[--paths_count]);
}

char *file_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *data;
	long len;

	if (!file)
		fail_msg("no file %s", path);
	fseek(file, 0, SEEK_END);
	len = ftell(file);
	rewind(file);
	data = malloc((size_t)len + 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, (size_t)len, file), len);
	data[len] = '\0';
	fclose(file);
	if (size)
		*size = (size_t)len;
	return data;
}

void lines_take(void *ctx, const struct finding *f)
{
	struct lines *lines = ctx;
	struct jsonw w = { 0 };

	if (json_write_finding(&w, lines->detail, f)) {
		lines->text = realloc(lines->text, lines->len + w.len + 1);
		assert_non_null(lines->text);
		memcpy(lines->text + lines->len, w.text, w.len + 1);
		lines->len += w.len;
	}
	jsonw_release(&w);
}

void lines_release(struct lines *lines)
{
	free(lines->text);
	memset(lines, 0, sizeof(*lines));
}

size_t watch_lines(struct watch *w, const char *text)
{
	struct observation seen;
	struct recording_keep keep = { 0 };
	size_t bad = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");
		int got = recording_parse(text, len, 0, &seen, &keep);

		bad += got < 0;
		if (got > 0)
			assert_int_equal(blame_observe(w->blame, &seen), 0);
		text += len + (text[len] == '\n');
	}
	recording_keep_release(&keep);
	return bad;
}

static int take(void *ctx, const struct observation *seen)
{
	return blame_observe(((struct watch *)ctx)->blame, seen);
}

void watch_files(struct watch *w, char *const *paths, size_t count)
{
	struct recording *recordings[8];
	const char *why = NULL;

	assert_true(count <= 8);
	for (size_t i = 0; i < count; i++) {
		recordings[i] = recording_open(paths[i], (uint32_t)i, &why);
		assert_non_null(recordings[i]);
	}
	assert_int_equal(recordings_play(recordings, count, take, w), 0);
	for (size_t i = 0; i < count; i++)
		recording_close(recordings[i]);
}
