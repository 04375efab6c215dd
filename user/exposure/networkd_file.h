/* SPDX-License-Identifier: GPL-2.0-only */
/* systemd-networkd's configuration files, as it looks for them itself. */
#ifndef RSTBLAME_EXPOSURE_NETWORKD_FILE_H
#define RSTBLAME_EXPOSURE_NETWORKD_FILE_H

#include "exposure/files.h"

/* Reads what the .network file at `path`, with its drop-ins, says of KeepConfiguration=; the
 * last word counts. Fills keep, keep_word and keep_place of the link. */
void networkd_file_read_keep(const struct node_files *files, const char *path,
			     struct look_link *link);

/* The first .network file, in the order in which networkd tries them, whose [Match] Name= the
 * link has. False: there is none. */
bool networkd_file_match(const struct node_files *files, const char *ifname, char *path,
			 size_t size);

/* Another file for the link that keeps its lease, and is not the one at `path`: somebody
 * believes it to be in force. */
void networkd_file_find_shadowed(const struct node_files *files, const char *path,
				 struct look_link *link);

#endif
