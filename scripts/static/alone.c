// SPDX-License-Identifier: GPL-2.0-only
/*
 * Only in the static binary, which finds no library on the node.
 *
 * libpcap compiles and runs filters for us and captures nothing. These stand in for its
 * capture modules, so that the linker leaves those out with all they are made of (D-Bus,
 * libnl, RDMA).
 */
#include <nss.h>
#include <stddef.h>

struct pcap;
struct pcap_if_list;

#define NO_CAPTURE(name)                                                                           \
	struct pcap *name##_create(const char *device, char *why, int *is_ours);                   \
	struct pcap *name##_create(const char *device, char *why, int *is_ours)                    \
	{                                                                                          \
		(void)device, (void)why;                                                           \
		*is_ours = 0;                                                                      \
		return NULL;                                                                       \
	}                                                                                          \
	int name##_findalldevs(struct pcap_if_list *found, char *why);                             \
	int name##_findalldevs(struct pcap_if_list *found, char *why)                              \
	{                                                                                          \
		(void)found, (void)why;                                                            \
		return 0;                                                                          \
	}

NO_CAPTURE(bt)
NO_CAPTURE(bt_monitor)
NO_CAPTURE(dbus)
NO_CAPTURE(netfilter)
NO_CAPTURE(usb)

struct pcap *pcap_create_interface(const char *device, char *why);
struct pcap *pcap_create_interface(const char *device, char *why)
{
	(void)device, (void)why;
	return NULL;
}

int pcap_platform_finddevs(struct pcap_if_list *found, char *why);
int pcap_platform_finddevs(struct pcap_if_list *found, char *why)
{
	(void)found, (void)why;
	return -1;
}

/* The C library would load the node's modules for names, which fit its own version only.
 * It has these two in itself. */
static void __attribute__((constructor)) resolve_names_alone(void)
{
	static const char *const databases[] = { "ethers", "group",     "networks",
						 "passwd", "protocols", "services" };

	__nss_configure_lookup("hosts", "files dns");
	for (size_t i = 0; i < sizeof(databases) / sizeof(databases[0]); i++)
		__nss_configure_lookup(databases[i], "files");
}
