// SPDX-License-Identifier: GPL-2.0-only
/* Packets for a reader that stalls: what found no room is missing whole, is said in the comment
 * of the packet that follows, and makes no packet another interface's. */
#include "cast/make.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/writer.h"
#include "report/report.h"

enum {
	SECTION = 0x0a0d0d0a,
	INTERFACE = 1,
	PACKET = 6,
	RESETS_MAX = 60000,
	INTERFACES_MAX = 250,
	NEAR_BYTES = 6000, /* before the queue is full, each reset has an interface of its own */
};

static char folder[64], fifo[80];

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/rstblame-pcapng.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	return mkfifo(fifo, 0600);
}

static int end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* ---- a reader ---- */

struct reading {
	int fd;
	size_t sections, interfaces, packets, told;
	char names[INTERFACES_MAX + 2][16];
};

static bool read_all(int fd, void *bytes, size_t len)
{
	size_t done = 0;
	ssize_t got = 1;

	while (done < len && (got = read(fd, (char *)bytes + done, len - done)) > 0)
		done += (size_t)got;
	return done == len;
}

/* The inner end's address ends in the number of its interface. */
static void check_packet(struct reading *r, const uint8_t *body, size_t len)
{
	const uint8_t *ip = body + 20, *inner = ip[12] == 10 && ip[13] == 8 ? ip + 12 : ip + 16;
	uint32_t interface;
	char name[16];

	memcpy(&interface, body, sizeof(interface));
	assert_true(interface < r->interfaces);
	snprintf(name, sizeof(name), "up%d", inner[2] * 256 + inner[3]);
	assert_string_equal(r->names[interface], name);
	r->packets++;
	r->told += !!memmem(body, len, "LOST before this", 16);
}

static void *read_packets(void *ctx)
{
	struct reading *r = ctx;
	uint32_t head[2];
	uint8_t body[16384];
	uint16_t len;

	while (read_all(r->fd, head, sizeof(head))) {
		assert_true(head[1] - 8 < sizeof(body));
		assert_true(read_all(r->fd, body, head[1] - 8));
		if (head[0] == SECTION) {
			r->sections++;
		} else if (head[0] == INTERFACE) {
			assert_true(r->interfaces < INTERFACES_MAX);
			memcpy(&len, body + 10, sizeof(len));
			assert_true(len < sizeof(r->names[0]));
			memcpy(r->names[r->interfaces], body + 12, len);
			r->interfaces++;
		} else {
			assert_int_equal(head[0], PACKET);
			check_packet(r, body, head[1] - 8);
		}
	}
	return NULL;
}

/* ---- and what is written ---- */

static void tell_reset(struct report *report, uint32_t interface, uint64_t ns)
{
	struct observation seen = { .type = OBSERVATION_RESET, .mono_ns = ns, .wall_ns = ns };
	struct reset_blame blame = { 0 };
	struct finding f = { .type = FINDING_RESET,
			     .seen = &seen,
			     .mono_ns = ns,
			     .wall_ns = WALL_BASE_NS + ns,
			     .reset = &blame };
	char inner[32];

	snprintf(inner, sizeof(inner), "10.8.%u.%u", interface / 256, interface % 256);
	seen.reset.family = AF_INET;
	seen.reset.kind = RESET_ANSWER;
	seen.reset.has_numbers = true;
	seen.reset.flags = PACKET_ACK;
	seen.reset.packet = make_tuple("10.9.0.2", 6379, inner, 50000);
	snprintf(seen.reset.ifname, sizeof(seen.reset.ifname), "up%u", interface);
	report_finding(report, &f);
	report_flush(report);
}

/* A reader that stalls, and wakes: `gap` and `output` are the report's of these packets. */
static void stall_and_wake(struct report *report, struct output *output, const uint64_t *gap,
			   struct reading *r)
{
	uint32_t interface = 0;
	pthread_t reader;
	uint64_t i;

	for (i = 1; i < RESETS_MAX && !*gap; i++) {
		if (writer_held(output->writer) > WRITER_LIMIT_BYTES - NEAR_BYTES)
			interface++;
		tell_reset(report, interface, i);
	}
	assert_true(*gap > 0);
	assert_int_equal(pthread_create(&reader, NULL, read_packets, r), 0);
	assert_true(output_wait(output, 60 * NSEC_PER_SEC, NULL));
	for (uint32_t again = 0; again <= interface + 1; again++)
		tell_reset(report, again, ++i);
	assert_int_equal(*gap, 0);
	assert_int_equal(report_close(report, report_summary(report)), STATUS_UNKNOWN);
	pthread_join(reader, NULL);
	assert_int_equal(r->sections, 1);
	assert_int_equal(r->interfaces, interface + 2);
	assert_int_equal(r->packets, 2 * (i - 2)); /* i began at 1, and one is missing */
	assert_int_equal(r->told, 2);              /* the trigger and its reset */
}

static void open_fifo(struct reading *r)
{
	r->fd = open(fifo, O_RDONLY | O_NONBLOCK);
	assert_true(r->fd >= 0);
	fcntl(r->fd, F_SETFL, 0);
}

static void packets_with_a_gap_keep_their_interfaces(void **state)
{
	struct options options = { .mode = MODE_RUN, .format = FORMAT_PCAPNG, .output = fifo };
	struct reading r = { 0 };
	char why[REPORT_WHY_BYTES];
	struct report report;

	(void)state;
	open_fifo(&r);
	assert_int_equal(report_open(&report, &options, why), 0);
	stall_and_wake(&report, &report.output, &report.gap, &r);
}

static void packets_beside_a_report_go_on_after_a_gap(void **state)
{
	struct options options = {
		.mode = MODE_RUN, .format = FORMAT_JSON, .output = "/dev/null", .pcap = fifo
	};
	struct reading r = { 0 };
	char why[REPORT_WHY_BYTES];
	struct report report;

	(void)state;
	open_fifo(&r);
	assert_int_equal(report_open(&report, &options, why), 0);
	stall_and_wake(&report, &report.pcap, &report.pcap_gap, &r);
}

static void innocent_reader_is_told_of_no_gap(void **state)
{
	struct options options = { .mode = MODE_RUN, .format = FORMAT_PCAPNG, .output = fifo };
	struct reading r = { 0 };
	char why[REPORT_WHY_BYTES];
	struct report report;
	pthread_t reader;

	(void)state;
	open_fifo(&r);
	assert_int_equal(report_open(&report, &options, why), 0);
	assert_int_equal(pthread_create(&reader, NULL, read_packets, &r), 0);
	for (uint32_t i = 0; i < 1000; i++)
		tell_reset(&report, i % 40, i + 1);
	assert_int_equal(report_close(&report, report_summary(&report)), STATUS_OK);
	pthread_join(reader, NULL);
	assert_int_equal(r.packets, 2000);
	assert_int_equal(r.interfaces, 40);
	assert_int_equal(r.told, 0);
}

int main(void)
{
#define story(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		story(packets_with_a_gap_keep_their_interfaces),
		story(packets_beside_a_report_go_on_after_a_gap),
		story(innocent_reader_is_told_of_no_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
