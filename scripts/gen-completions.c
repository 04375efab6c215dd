// SPDX-License-Identifier: GPL-2.0-only
/*
 * gen-completions FILE: prints the completion that has that name, for bash, zsh or fish,
 * from the table of options. make completions keeps them.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/option_table.h"
#include "exposure/finding.h"
#include "model/words.h"

static void put_head(const char *what)
{
	printf("%s\n# SPDX-License-Identifier: GPL-2.0-only\n"
	       "# Made by scripts/gen-completions.c from the table of options: make completions.\n\n",
	       what);
}

/* The words that --explain knows best, blanks between them. */
static void put_explained(void)
{
	for (unsigned int i = 1; i < VERDICTS; i++)
		printf("%s%s", i > 1 ? " " : "", verdict_name(i));
	for (unsigned int i = 1; i < CAUSES; i++)
		printf(" %s", cause_name(i));
	for (size_t i = 0; i < finding_rows_count; i++)
		printf(" %s", finding_rows[i].id);
}

static void put_words(const struct option_row *row)
{
	if (row->words)
		fputs(row->words, stdout);
	else
		put_explained();
}

/* "-d | --duration" */
static void put_patterns(const struct option_row *row, const char *between, const char *dashes)
{
	if (row->code < 256)
		printf("-%c%s", row->code, between);
	printf("%s%s", dashes, row->name);
}

static void put_bash_argument(const struct option_row *row)
{
	if (!row->arg_name)
		return;
	fputc('\t', stdout);
	put_patterns(row, " | ", "--");
	fputs(") ", stdout);
	switch (row->arg) {
	case OPTION_ARG_WORDS:
		fputs("words='", stdout);
		put_words(row);
		fputs("' ;;\n", stdout);
		break;
	case OPTION_ARG_FILE:
		if (row->words)
			printf("words='%s' ; ", row->words);
		fputs("files=1 ;;\n", stdout);
		break;
	case OPTION_ARG_NETNS:
		fputs("words=$(ip netns list 2>/dev/null | cut -d' ' -f1) ;;\n", stdout);
		break;
	case OPTION_ARG_USER:
		fputs("words=$(compgen -u) ;;\n", stdout);
		break;
	case OPTION_ARG_FREE:
	case OPTION_ARG_NONE:
		fputs(";;\n", stdout);
		break;
	}
}

static void put_bash(void)
{
	put_head("# bash completion for rstblame");
	puts("_rstblame() {\n"
	     "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words files=\n"
	     "\n\tCOMPREPLY=()\n"
	     "\tcase $previous in");
	for (size_t i = 0; i < option_rows_count; i++)
		put_bash_argument(&option_rows[i]);
	fputs("\t*)\n\t\tif [[ $current != -* ]]; then return; fi\n\t\twords='", stdout);
	for (size_t i = 0; i < option_rows_count; i++)
		printf("%s--%s", i ? " " : "", option_rows[i].name);
	puts("' ;;\n\tesac\n"
	     "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
	     "\tif [[ $files ]]; then mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$current\"); fi\n"
	     "}\n"
	     "complete -o default -F _rstblame rstblame");
}

/* A description in zsh's brackets within quotes. */
static void put_zsh_text(const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			printf("%s%c", strchr("[]:", *text) ? "\\" : "", *text);
}

static void put_zsh_argument(const struct option_row *row)
{
	if (!row->arg_name)
		return;
	printf(":%s:", row->arg_name);
	switch (row->arg) {
	case OPTION_ARG_WORDS:
		fputc('(', stdout);
		put_words(row);
		fputc(')', stdout);
		break;
	case OPTION_ARG_FILE:
		fputs("_files", stdout);
		break;
	case OPTION_ARG_NETNS:
		fputs("_rstblame_netns", stdout);
		break;
	case OPTION_ARG_USER:
		fputs("_users", stdout);
		break;
	case OPTION_ARG_FREE:
	case OPTION_ARG_NONE:
		fputc(' ', stdout);
		break;
	}
}

static void put_zsh(void)
{
	put_head("#compdef rstblame");
	puts("_rstblame_netns() {\n"
	     "\tcompadd -- ${(f)\"$(ip netns list 2>/dev/null | cut -d' ' -f1)\"}\n"
	     "}\n"
	     "\n_arguments -s -S \\");
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];
		bool is_repeated = row->code == 'r';

		if (row->code < 256 && is_repeated)
			printf("\t'*'{-%c,--%s}'[", row->code, row->name);
		else if (row->code < 256)
			printf("\t'(-%c --%s)'{-%c,--%s}'[", row->code, row->name, row->code,
			       row->name);
		else
			printf("\t'--%s[", row->name);
		put_zsh_text(row->text);
		fputc(']', stdout);
		put_zsh_argument(row);
		puts("' \\");
	}
	puts("\t'*::command:_normal'");
}

static void put_fish(void)
{
	put_head("# fish completion for rstblame");
	for (size_t i = 0; i < option_rows_count; i++) {
		const struct option_row *row = &option_rows[i];

		fputs("complete -c rstblame", stdout);
		if (row->code < 256)
			printf(" -s %c", row->code);
		printf(" -l %s", row->name);
		if (row->arg_name)
			fputs(row->arg == OPTION_ARG_FILE ? " -r -F" : " -x", stdout);
		if (row->arg == OPTION_ARG_WORDS) {
			fputs(" -a '", stdout);
			put_words(row);
			fputc('\'', stdout);
		} else if (row->arg == OPTION_ARG_NETNS) {
			fputs(" -a \"(ip netns list 2>/dev/null | cut -d' ' -f1)\"", stdout);
		} else if (row->arg == OPTION_ARG_USER) {
			fputs(" -a '(__fish_complete_users)'", stdout);
		}
		fputs(" -d '", stdout);
		for (const char *t = row->text; *t; t++)
			printf("%s%c", *t == '\'' ? "\\" : "", *t);
		puts("'");
	}
}

int main(int argc, char **argv)
{
	const char *name = argc == 2 ? argv[1] : "";

	if (!strcmp(name, "rstblame.bash"))
		put_bash();
	else if (!strcmp(name, "_rstblame"))
		put_zsh();
	else if (!strcmp(name, "rstblame.fish"))
		put_fish();
	else
		return 2;
	return ferror(stdout) ? 1 : 0;
}
