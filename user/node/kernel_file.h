/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of file systems that the kernel makes, and that may not be mounted here. */
#ifndef RSTBLAME_NODE_KERNEL_FILE_H
#define RSTBLAME_NODE_KERNEL_FILE_H

/* Opens `path` ("kprobes/enabled") of the file system `type` ("debugfs") for reading: where it
 * is mounted as a rule (`place`, "/sys/kernel/debug"), else of a mount of our own that nobody
 * else sees. A descriptor to be closed by the caller, which keeps that mount until then;
 * negative: it cannot be had. No module is loaded. */
int kernel_file_open(const char *type, const char *place, const char *path);

#endif
