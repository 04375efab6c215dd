// SPDX-License-Identifier: GPL-2.0-only
/* Modules that come and go: the kernel's words, and what becomes of a probe. */
#include <jansson.h>
#include <string.h>

#include "cast/make.h"
#include "kernel/modules.h"
#include "record/recording.h"
#include "record/write.h"

static void uevents(void **state)
{
	struct module_event event;
	char longest[256] = "add@/module/";

	(void)state;
	assert_true(module_event_parse("add@/module/nf_nat", &event));
	assert_true(event.has_come);
	assert_string_equal(event.name, "nf_nat");
	assert_true(module_event_parse("remove@/module/nf_nat", &event));
	assert_false(event.has_come);
	assert_false(module_event_parse("add@/devices/virtual/net/veth0", &event));
	assert_false(module_event_parse("change@/module/nf_nat", &event));
	assert_false(module_event_parse("", &event));
	memset(longest + strlen(longest), 'x', 200);
	assert_false(module_event_parse(longest, &event));
}

static struct observation make_probe(const char *name, const char *how)
{
	struct observation o = { .type = OBSERVATION_PROBE };

	strcpy(o.probe.name, name);
	o.probe.sense = sense_parse(name);
	strcpy(o.probe.how, how);
	strcpy(o.probe.symbol, "iterate_cleanup_work");
	strcpy(o.probe.module, "nf_nat");
	return o;
}

/* What is recorded is read back. */
static void record(void *ctx, const struct finding *f)
{
	struct observation *back = ctx;
	struct jsonw w = { 0 };
	struct recording_keep keep = { 0 };

	if (f->type != FINDING_PROBE)
		return;
	assert_true(json_write_finding(&w, JSON_RECORDING, f));
	assert_int_equal(recording_parse(w.text, w.len, 0, back, &keep), 1);
	recording_keep_release(&keep);
	jsonw_release(&w);
}

static void round_trip(void **state)
{
	struct observation back = { 0 };
	struct watch w;

	(void)state;
	watch_begin(&w);
	w.also = record;
	w.also_ctx = &back;
	see(&w, make_probe("masquerade-flush", "fentry"));
	assert_int_equal(back.type, OBSERVATION_PROBE);
	assert_string_equal(back.probe.name, "masquerade-flush");
	assert_int_equal(back.probe.sense, SENSE_MASQUERADE);
	assert_string_equal(back.probe.how, "fentry");
	assert_string_equal(back.probe.symbol, "iterate_cleanup_work");
	assert_string_equal(back.probe.module, "nf_nat");
	watch_end(&w);
}

/* Truth rule 1: nothing is proven while a newer entry would go unseen; from the day the
 * module came, it would be seen. */
static void entries_are_seen_from_then_on(void **state)
{
	struct flow flow = masqueraded(40112);
	struct watch w;

	(void)state;
	watch_begin(&w);
	see(&w, make_probe("conntrack-entry", "none"));
	see_address_flush(&w, 7, "10.9.0.1", &networkd, &flow);
	assert_judged(see_server_packet(&w, &flow), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_LIKELY);
	see(&w, make_probe("conntrack-entry", "fentry"));
	see_address_flush(&w, 8, "10.9.0.1", &networkd, &flow);
	assert_judged(see_server_packet(&w, &flow), VERDICT_ENTRY_REMOVED, CAUSE_ADDRESS_REMOVED,
		      CONFIDENCE_PROVEN);
	watch_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uevents),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(entries_are_seen_from_then_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
