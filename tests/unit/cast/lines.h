/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording by hand: the founding incident in the documented fields only. */
#ifndef RSTBLAME_TESTS_LINES_H
#define RSTBLAME_TESTS_LINES_H

#define AT(s, mono) "\"ts\":\"2026-11-22T10:00:0" s "Z\",\"mono_ns\":" mono ",\"netns\":4026531840"
#define REDIS_FLOW                                                                                 \
	"\"flow\":{\"orig\":{\"src\":\"10.88.0.2\",\"sport\":40112,\"dst\":\"10.9.0.2\","          \
	"\"dport\":6379},\"reply\":{\"src\":\"10.9.0.2\",\"sport\":6379,\"dst\":\"10.9.0.1\","     \
	"\"dport\":40112}}"
#define REDIS_PACKET                                                                               \
	"\"packet\":{\"src\":\"10.9.0.2\",\"sport\":6379,\"dst\":\"10.9.0.1\",\"dport\":40112,"    \
	"\"flags\":\"ACK\"}"
#define ADDRESS_LINE                                                                               \
	"{\"type\":\"address\"," AT(                                                               \
		"1", "1000") ",\"id\":1,\"op\":\"remove\","                                        \
			     "\"address\":\"10.9.0.1/24\",\"ifname\":\"up0\",\"ifindex\":3,"       \
			     "\"actor\":{\"pid\":412,\"comm\":\"systemd-network\"}}\n"
#define REMOVAL_LINE                                                                               \
	"{\"type\":\"removal\"," AT(                                                               \
		"2", "2000") ",\"id\":3,\"flush\":2,"                                              \
			     "\"cause\":\"address-removed\"," REDIS_FLOW                           \
			     ",\"tcp_state\":\"ESTABLISHED\","                                     \
			     "\"status\":[\"ASSURED\",\"SRC_NAT\"],\"zone\":0,\"mark\":0}\n"
#define FLUSH_LINE                                                                                 \
	"{\"type\":\"flush\"," AT("2", "2000") ",\"id\":2,\"cause\":\"address-removed\","          \
					       "\"entries\":25,\"tcp_entries\":25,\"by\":1}\n"
#define RESET_LINE                                                                                 \
	"{\"type\":\"reset\"," AT("5", "5000") ",\"id\":4,\"direction\":\"sent\"," REDIS_PACKET    \
					       "}\n"

#define SUMMARY_LINE "{\"type\":\"summary\"," AT("9", "9000") ",\"window_s\":9}\n"

#endif
