// SPDX-License-Identifier: GPL-2.0-only
/*
 * -f pcapng and --pcap: the header of each reset's trigger packet, and of the reset where it
 * follows from that, with the verdict as the packet's comment. A writer of our own: libpcap
 * writes the older format only, which has no comments and no names of interfaces
 * (draft-ietf-opsawg-pcapng; the blocks below are all that is used of it). In the byte
 * order of this machine, which a reader finds in the first block.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/version.h"
#include "report/packet.h"
#include "report/renderer.h"
#include "summary/finding_text.h"

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	LINKTYPE_RAW = 101,
	OPTION_COMMENT = 1,
	OPTION_NAME = 2,
	OPTION_TSRESOL = 9,
	OPTION_APPLICATION = 4,
	OPTION_PACKET_FLAGS = 2,
	INBOUND = 1,
	OUTBOUND = 2,
	BLOCK_BYTES = 12288,
	COMMENT_BYTES = 8192,
	INTERFACES_MAX = 256,
	HOST_MAX = 64,
	LOST_BYTES = 1024,
};

struct interface {
	struct netns_id netns;
	char name[16];
};

struct pcapng_rendering {
	struct output *output;
	bool has_begun;
	char host[HOST_MAX];
	char lost[LOST_BYTES]; /* what was lost, for the comment of the packet that follows */
	struct netns_names names;
	size_t interfaces_count;
	struct interface interfaces[INTERFACES_MAX]; /* the last is all that found no room */
	/* Of both, what is in the file: a reader numbers the interfaces that it finds. */
	bool has_begun_there;
	size_t interfaces_there;
	struct note note;
	bool has_packet; /* was printed, and is not settled */
	size_t used;     /* of the block that is being made */
	uint8_t block[BLOCK_BYTES];
};

static void *begin(const struct options *options, struct output *output)
{
	struct pcapng_rendering *r = calloc(1, sizeof(*r));

	(void)options;
	if (r)
		r->output = output;
	return r;
}

/* ---- blocks ---- */

/* With zeros up to a multiple of four. What finds no room is left out: the callers bound
 * what they put. */
static void put(struct pcapng_rendering *r, const void *bytes, size_t len)
{
	size_t padded = (len + 3) & ~(size_t)3;

	if (padded > sizeof(r->block) - r->used)
		return;
	memset(r->block + r->used, 0, padded);
	memcpy(r->block + r->used, bytes, len);
	r->used += padded;
}

static void put_u32(struct pcapng_rendering *r, uint32_t value)
{
	put(r, &value, sizeof(value));
}

static void put_u16s(struct pcapng_rendering *r, uint16_t first, uint16_t second)
{
	put(r, (uint16_t[]){ first, second }, 2 * sizeof(first));
}

static void put_option(struct pcapng_rendering *r, uint16_t code, const void *bytes, size_t len)
{
	put_u16s(r, code, (uint16_t)len);
	put(r, bytes, len);
}

static void begin_block(struct pcapng_rendering *r, uint32_t type)
{
	r->used = 0;
	put_u32(r, type);
	put_u32(r, 0); /* its length, known at its end */
}

static void end_block(struct pcapng_rendering *r)
{
	uint32_t len;

	put_u32(r, 0); /* the end of the options */
	len = (uint32_t)r->used + 4;
	put_u32(r, len);
	memcpy(r->block + 4, &len, sizeof(len));
	output_write(r->output, (const char *)r->block, r->used);
}

static void begin_section(struct pcapng_rendering *r)
{
	static const char application[] = "rstblame " RSTBLAME_VERSION;

	if (r->has_begun)
		return;
	r->has_begun = true;
	begin_block(r, BLOCK_SECTION);
	put_u32(r, BYTE_ORDER_MAGIC);
	put_u16s(r, 1, 0);      /* version */
	put_u32(r, UINT32_MAX); /* the section's length is not known */
	put_u32(r, UINT32_MAX);
	put_option(r, OPTION_APPLICATION, application, sizeof(application) - 1);
	end_block(r);
}

static void write_interface(struct pcapng_rendering *r, const char *name)
{
	static const uint8_t nanoseconds = 9;
	char printable[64];

	utf8_printable(name, printable, sizeof(printable));
	begin_block(r, BLOCK_INTERFACE);
	put_u16s(r, LINKTYPE_RAW, 0);
	put_u32(r, 0); /* no limit on what is captured */
	put_option(r, OPTION_NAME, printable, strlen(printable));
	put_option(r, OPTION_TSRESOL, &nanoseconds, sizeof(nanoseconds));
	end_block(r);
}

/* The number of an interface, which is written when it is first met. */
static uint32_t interface_of(struct pcapng_rendering *r, const struct finding *f)
{
	const char *name = *f->seen->reset.ifname ? f->seen->reset.ifname : "unknown";
	char space[NETNS_TEXT_BYTES], full[NETNS_TEXT_BYTES + 32];
	struct interface *new = &r->interfaces[r->interfaces_count];

	for (size_t i = 0; i < r->interfaces_count; i++)
		if (!memcmp(&r->interfaces[i].netns, &f->netns, sizeof(f->netns)) &&
		    !strcmp(r->interfaces[i].name, name))
			return (uint32_t)i;
	if (r->interfaces_count == INTERFACES_MAX)
		return INTERFACES_MAX - 1;
	new->netns = f->netns;
	snprintf(new->name, sizeof(new->name), "%s", name);
	netns_names_format(&r->names, f->netns, space);
	snprintf(full, sizeof(full), "%s%s%s", space, *space ? ":" : "", name);
	write_interface(r, r->interfaces_count == INTERFACES_MAX - 1 ? "others" : full);
	return (uint32_t)r->interfaces_count++;
}

/* ---- packets ---- */

static void add_line(char *comment, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_line(char *comment, const char *format, ...)
{
	size_t used = strlen(comment);
	char line[1024], printable[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	utf8_printable(line, printable, sizeof(printable));
	snprintf(comment + used, COMMENT_BYTES - used, "%s%s", used ? "\n" : "", printable);
}

/* A line each: the verdict, the chain, the host. Stacks stay where they can be read. */
static void write_comment(struct pcapng_rendering *r, const struct finding *f, const char *what,
			  char comment[COMMENT_BYTES])
{
	const char *host = f->host && *f->host ? f->host : r->host;

	finding_text(&r->note, f, &r->names);
	comment[0] = '\0';
	add_line(comment, "%s: %s, %s", what, r->note.verdict ? r->note.verdict : "reset",
		 r->note.confidence ? r->note.confidence : "unknown");
	for (size_t i = 0; i < r->note.below_count; i++)
		if (!strchr(r->note.below[i].words, '\n'))
			add_line(comment, "%s%s", r->note.below[i].mark, r->note.below[i].words);
	if (!f->seen->reset.has_numbers)
		add_line(comment, "sequence numbers are not known: they are 0 here");
	if (*host)
		add_line(comment, "on %s", host);
	if (*r->lost)
		add_line(comment, "LOST before this: %s", r->lost);
}

/* There is no packet that it is of. */
static void keep_lost(struct pcapng_rendering *r, const struct finding *f)
{
	size_t used = strlen(r->lost);

	finding_text(&r->note, f, &r->names);
	if (r->note.words)
		snprintf(r->lost + used, sizeof(r->lost) - used, "%s%s", used ? "; " : "",
			 r->note.words);
}

static void write_packet(struct pcapng_rendering *r, const struct finding *f,
			 const struct tuple *tuple, const struct packet_tcp *tcp,
			 uint32_t direction, const char *what)
{
	uint32_t interface = interface_of(r, f);
	char comment[COMMENT_BYTES];
	struct packet packet;

	packet_build(&packet, f->seen->reset.family, tuple, tcp);
	write_comment(r, f, what, comment);
	begin_block(r, BLOCK_PACKET);
	put_u32(r, interface);
	put_u32(r, (uint32_t)(f->wall_ns >> 32));
	put_u32(r, (uint32_t)f->wall_ns);
	put_u32(r, (uint32_t)packet.len);
	put_u32(r, (uint32_t)packet.len + tcp->payload_bytes);
	put(r, packet.bytes, packet.len);
	put_option(r, OPTION_COMMENT, comment, strlen(comment));
	put_option(r, OPTION_PACKET_FLAGS, &direction, sizeof(direction));
	end_block(r);
	r->has_packet = true;
}

static struct tuple reverse(const struct tuple *t)
{
	struct tuple back = *t;

	back.src = t->dst;
	back.dst = t->src;
	back.sport = t->dport;
	back.dport = t->sport;
	return back;
}

/* As RFC 9293, 3.10.7.1, has it, and the kernel does it. */
static struct packet_tcp answer_to(const struct reset_observation *s)
{
	uint32_t counted = s->payload_bytes + !!(s->flags & PACKET_SYN) + !!(s->flags & PACKET_FIN);

	if (s->flags & PACKET_ACK)
		return (struct packet_tcp){ .seq = s->ack, .flags = PACKET_RST };
	return (struct packet_tcp){ .ack = s->seq + counted, .flags = PACKET_RST | PACKET_ACK };
}

static void write_reset(struct pcapng_rendering *r, const struct finding *f)
{
	const struct reset_observation *s = &f->seen->reset;
	struct packet_tcp trigger = {
		.seq = s->seq, .ack = s->ack, .payload_bytes = s->payload_bytes, .flags = s->flags
	};
	struct packet_tcp rst = { .flags = PACKET_RST | PACKET_ACK };
	struct tuple back = reverse(&s->packet);

	switch (s->kind) {
	case RESET_RECEIVED:
		trigger.flags |= PACKET_RST;
		write_packet(r, f, &s->packet, &trigger, INBOUND, "RST received");
		break;
	case RESET_ABORT:
		write_packet(r, f, &back, &rst, OUTBOUND, "RST sent by this host");
		break;
	case RESET_ANSWER:
	case RESET_REJECTED:
		write_packet(r, f, &s->packet, &trigger, INBOUND, "answered with a RST");
		if (!s->has_numbers || s->undelivered == UNDELIVERED_NOT_MADE)
			break;
		rst = answer_to(s);
		write_packet(r, f, &back, &rst, OUTBOUND, "RST, as it follows from its trigger");
		break;
	}
}

static void finding(void *self, const struct finding *f)
{
	struct pcapng_rendering *r = self;

	output_begin(r->output);
	begin_section(r);
	if (f->type == FINDING_START) {
		netns_names_set_own(&r->names, f->netns);
		snprintf(r->host, sizeof(r->host), "%s", f->seen->start.host);
	} else if (f->type == FINDING_NAMESPACE) {
		netns_names_tell(&r->names, f->netns, f->seen->space.name, f->mono_ns);
	} else if (f->type == FINDING_RESET && f->seen->reset.family) {
		write_reset(r, f);
	} else if (f->type == FINDING_LOST) {
		keep_lost(r, f);
	}
}

/* What found no room is as if it had never been written. */
static void settled(void *self, bool is_in_file)
{
	struct pcapng_rendering *r = self;

	if (is_in_file) {
		if (r->has_packet)
			*r->lost = '\0';
		r->has_begun_there = r->has_begun;
		r->interfaces_there = r->interfaces_count;
	} else {
		r->has_begun = r->has_begun_there;
		r->interfaces_count = r->interfaces_there;
	}
	r->has_packet = false;
}

static void summary(void *self, const struct summary *t, const struct finding *last,
		    enum status status)
{
	struct pcapng_rendering *r = self;

	(void)t, (void)last, (void)status;
	output_begin(r->output);
	begin_section(r); /* nothing was seen: a file without packets */
}

const struct renderer pcapng_renderer = {
	.begin = begin,
	.finding = finding,
	.settled = settled,
	.summary = summary,
	.end = free,
};
