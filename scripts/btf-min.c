// SPDX-License-Identifier: GPL-2.0-only
/*
 * btf-min TYPES BASE.btf [MODULE.btf...]: print as C the types that the file
 * TYPES names and all that these contain. What they only point to is declared
 * but not defined, which is what keeps the header small.
 *
 * TYPES holds a name a line: "struct x", "union x", "enum x", "typedef x", or
 * "constant X" for the (often nameless) enum with that member. A '?' at the
 * end: the type may be absent, it depends on the architecture.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#define MAX_SOURCES 16

static struct source {
	struct btf *btf;
	struct btf_dump *dump;
} sources[MAX_SOURCES];
static int nr_sources;

static void collect(void *ctx, const char *fmt, va_list args)
{
	vfprintf(ctx, fmt, args);
}

static int add_source(const char *path, FILE *text)
{
	struct source *s = &sources[nr_sources];

	if (nr_sources == MAX_SOURCES)
		return -E2BIG;
	s->btf = nr_sources ? btf__parse_split(path, sources[0].btf) : btf__parse(path, NULL);
	if (!s->btf)
		return -errno;
	s->dump = btf_dump__new(s->btf, collect, text, NULL);
	if (!s->dump)
		return -errno;
	nr_sources++;
	return 0;
}

static bool has_constant(const struct btf *btf, const struct btf_type *t, const char *name)
{
	for (int i = 0; i < btf_vlen(t); i++) {
		__u32 off;

		if (btf_is_enum(t))
			off = btf_enum(t)[i].name_off;
		else if (btf_is_enum64(t))
			off = btf_enum64(t)[i].name_off;
		else
			return false;
		if (!strcmp(btf__str_by_offset(btf, off), name))
			return true;
	}
	return false;
}

static int find_type(const struct btf *btf, const char *kind, const char *name)
{
	if (!strcmp(kind, "struct"))
		return btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	if (!strcmp(kind, "union"))
		return btf__find_by_name_kind(btf, name, BTF_KIND_UNION);
	if (!strcmp(kind, "enum"))
		return btf__find_by_name_kind(btf, name, BTF_KIND_ENUM);
	if (!strcmp(kind, "typedef"))
		return btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	if (strcmp(kind, "constant"))
		return -EINVAL;
	for (__u32 id = 1; id < btf__type_cnt(btf); id++)
		if (has_constant(btf, btf__type_by_id(btf, id), name))
			return id;
	return -ENOENT;
}

/* The base is asked first, so that a module's own copy of a type is not used. */
static int dump_named(const char *kind, const char *name)
{
	int id = -ENOENT;

	for (int i = 0; i < nr_sources && id <= 0; i++) {
		id = find_type(sources[i].btf, kind, name);
		if (id > 0)
			return btf_dump__dump_type(sources[i].dump, id);
	}
	return id;
}

static int dump_list(const char *path)
{
	char line[256], kind[32], name[128];
	FILE *list = fopen(path, "r");
	int err = 0;

	if (!list)
		return -errno;
	for (int nr = 1; !err && fgets(line, sizeof(line), list); nr++) {
		bool optional;

		line[strcspn(line, "#\n")] = '\0';
		if (line[strspn(line, " \t")] == '\0')
			continue;
		optional = strchr(line, '?');
		line[strcspn(line, "?")] = '\0';
		if (sscanf(line, "%31s %127s", kind, name) != 2)
			err = -EINVAL;
		else
			err = dump_named(kind, name);
		if (err == -ENOENT && optional)
			err = 0;
		if (err)
			fprintf(stderr, "btf-min: %s:%d: %s: %s\n", path, nr, line, strerror(-err));
	}
	fclose(list);
	return err;
}

/*
 * The dumper of a module prints once more the base types that it needs. What
 * is the same definition? Forward declarations and typedefs repeat word for
 * word; the rest has a name before the brace, "struct nf_conn {".
 */
static size_t identity_len(const char *def, size_t len)
{
	const char *brace = memchr(def, '{', len);

	if (!brace || !strncmp(def, "typedef", 7) || !strncmp(def, "enum {", 6))
		return len;
	return brace - def;
}

struct definition {
	const char *text;
	size_t len, identity;
};

static bool is_printed(const struct definition *defs, size_t nr, const struct definition *def)
{
	for (size_t i = 0; i < nr; i++)
		if (defs[i].identity == def->identity &&
		    !memcmp(defs[i].text, def->text, def->identity))
			return true;
	return false;
}

/* libbpf ends each definition with an empty line, and has none inside. */
static int print_once_each(const char *text)
{
	struct definition *defs, def;
	size_t nr = 0, max = 1;

	for (const char *p = text; (p = strstr(p, "\n\n")); p += 2)
		max++;
	defs = calloc(max, sizeof(*defs));
	if (!defs)
		return -ENOMEM;
	for (; *text; text += def.len + strspn(text + def.len, "\n")) {
		const char *end = strstr(text, "\n\n");

		def.text = text;
		def.len = end ? (size_t)(end - text) : strlen(text);
		def.identity = identity_len(def.text, def.len);
		if (is_printed(defs, nr, &def))
			continue;
		printf("%.*s\n\n", (int)def.len, def.text);
		defs[nr++] = def;
	}
	free(defs);
	return fflush(stdout) ? -errno : 0;
}

int main(int argc, char **argv)
{
	char *text = NULL;
	size_t len = 0;
	FILE *stream;
	int err;

	if (argc < 3) {
		fprintf(stderr, "usage: btf-min TYPES BASE.btf [MODULE.btf...]\n");
		return 2;
	}
	stream = open_memstream(&text, &len);
	if (!stream)
		return 1;
	for (int i = 2; i < argc; i++) {
		err = add_source(argv[i], stream);
		if (err) {
			fprintf(stderr, "btf-min: %s: %s\n", argv[i], strerror(-err));
			return 1;
		}
	}
	err = dump_list(argv[1]);
	fclose(stream);
	if (!err)
		err = print_once_each(text + strspn(text, "\n"));
	for (int i = nr_sources; i-- > 0;) {
		btf_dump__free(sources[i].dump);
		btf__free(sources[i].btf);
	}
	free(text);
	return err ? 1 : 0;
}
