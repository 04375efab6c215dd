// SPDX-License-Identifier: GPL-2.0-only
/* An address that flows are masqueraded to, and that may go: the founding incident, foretold. The
 * kernel removes an entry with its address only where masquerade made it (masq_inet_event(),
 * net/netfilter/nf_nat_masquerade.c); what SNAT made stays. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/number_text.h"
#include "exposure/finding.h"

/* The end of a lease counts as near once its renewal is overdue, and this is left at most. */
enum { NEAR_S = 3600 };

#define RESERVE                                                                                    \
	"Reserve %s on the DHCP server, so that no other host is given it meanwhile; or give the " \
	"node a static address."

struct subject {
	const struct look *look;
	const struct look_address *address;
	const struct look_link *link; /* never NULL */
	bool has_lifetime;
	char text[ADDRESS_TEXT_BYTES];
};

/* ---- who is at stake ---- */

static bool is_live_state(uint8_t tcp_state)
{
	return tcp_state == TRACKER_ESTABLISHED || tcp_state == TRACKER_CLOSE_WAIT ||
	       tcp_state == TRACKER_FIN_WAIT;
}

static enum nat_answer would_go(const void *ctx, const struct look *look, const struct look_flow *f)
{
	const struct look_address *address = ctx;

	(void)look;
	if (f->protocol != IPPROTO_TCP || !is_live_state(f->tcp_state) ||
	    f->flow.family != address->family ||
	    !address_equal(&f->flow.reply.dst, &address->address) ||
	    address_equal(&f->flow.orig.src, &address->address))
		return NAT_NO;
	return (enum nat_answer)f->masqueraded;
}

/* ---- whether it may go ---- */

static bool is_link_local(const struct look_address *a)
{
	const uint8_t *b = a->address.bytes;

	return a->family == AF_INET ? b[0] == 169 && b[1] == 254 :
				      b[0] == 0xfe && (b[1] & 0xc0) == 0x80;
}

static bool is_kept(const struct look_link *link)
{
	return link->keep == KEEP_LEASE || link->keep == KEEP_ALL;
}

/* Since 257 it keeps what routers advertise, too; its lifetime stays. */
static bool keeps_advertised(const struct subject *s)
{
	return s->link->manager == MANAGER_NETWORKD && s->address->family == AF_INET6 &&
	       s->look->systemd_version >= 257 && is_kept(s->link);
}

/* With a lifetime it may go, whoever gave it. Without one it may where a client is at work
 * whose scripts give none, and is not told to keep it. A kept lease has none: the lifetime
 * itself tells whether the manager has read its file. */
static bool may_go(const struct subject *s)
{
	if (s->address->is_keepaliveds || s->address->protocol == LOOK_PROTOCOL_KEEPALIVED)
		return true;
	if (keeps_advertised(s))
		return false;
	if (s->has_lifetime)
		return true;
	return (s->link->manager == MANAGER_UDHCPC || s->link->manager == MANAGER_DHCLIENT) &&
	       !is_kept(s->link) && s->address->family == AF_INET;
}

static enum manager manager_of(const struct subject *s)
{
	if (s->address->is_keepaliveds || s->address->protocol == LOOK_PROTOCOL_KEEPALIVED)
		return MANAGER_KEEPALIVED;
	if (s->link->manager == MANAGER_NONE &&
	    (s->address->protocol == LOOK_PROTOCOL_RA || s->address->is_managed_temporary))
		return MANAGER_KERNEL;
	return s->link->manager;
}

/* ---- the evidence ---- */

static bool is_its_lease(const struct subject *s)
{
	const struct look_lease *lease = &s->link->lease;

	return lease->is_known && lease->family == s->address->family &&
	       address_equal(&lease->address, &s->address->address);
}

static void show_address(const struct subject *s, struct exposed *e)
{
	const struct look_lease *lease = &s->link->lease;

	if (s->has_lifetime)
		exposed_line(&e->evidence,
			     "ip address: %s/%u dynamic on %s, %s of its lifetime left", s->text,
			     s->address->prefix_bits, s->address->ifname,
			     SPAN(s->address->valid_s));
	if (is_its_lease(s) && lease->lifetime_s)
		exposed_line(&e->evidence, "%s: leased for %s%s%s%s%s", PLACE(lease->place),
			     SPAN(lease->lifetime_s), lease->server[0] ? " by " : "", lease->server,
			     lease->renew_s ? ", to be renewed after " : "",
			     lease->renew_s ? SPAN(lease->renew_s) : "");
}

static void show_networkd(const struct subject *s, struct exposed *e)
{
	const struct look_link *link = s->link;

	if (link->keep_word[0])
		exposed_line(&e->evidence, "%s: KeepConfiguration=%s", PLACE(link->keep_place),
			     link->keep_word);
	else
		exposed_line(&e->evidence, "%s: no KeepConfiguration=, the file in force on %s",
			     PLACE(link->place), link->ifname);
	if (link->shadowed.path[0])
		exposed_line(&e->evidence,
			     "%s: would keep the lease, but is not in force: %s comes before it",
			     PLACE(link->shadowed), link->place.path);
	if (link->is_netplans && link->netplan.path[0])
		exposed_line(&e->evidence, "%s: netplan's %s, from which that file is generated%s",
			     PLACE(link->netplan), link->profile,
			     link->is_cloud_inits ? " (and cloud-init writes it)" : "");
}

static void show_manager(const struct subject *s, struct exposed *e)
{
	switch (manager_of(s)) {
	case MANAGER_NETWORKD:
		show_networkd(s, e);
		break;
	case MANAGER_NETWORKMANAGER:
		exposed_line(&e->evidence, "%s: NetworkManager's profile %s, by DHCP",
			     PLACE(s->link->place), s->link->profile);
		break;
	case MANAGER_KEEPALIVED:
		if (s->address->keepalived.path[0])
			exposed_line(&e->evidence, "%s: keepalived moves it between nodes",
				     PLACE(s->address->keepalived));
		break;
	case MANAGER_DHCLIENT:
	case MANAGER_DHCPCD:
	case MANAGER_UDHCPC:
		exposed_line(&e->evidence, "%s: a DHCP client manages %s", PLACE(s->link->place),
			     s->link->ifname);
		break;
	default:
		break;
	}
}

static void show_history(const struct subject *s, struct exposed *e)
{
	const struct look_link *link = s->link;

	if (link->history_days && link->lost)
		exposed_line(&e->evidence, "journal: %s lost its lease %s in %u days, last %s",
			     link->ifname, COUNTED(link->lost, "time", "times"), link->history_days,
			     link->last_lost);
}

static void show_rules(const struct subject *s, struct exposed *e)
{
	const struct look_rule *rule = &s->look->masquerade;

	if (rule->place.path[0])
		exposed_line(&e->evidence, "%s: %s", PLACE(rule->place), rule->text);
	else if (rule->text[0])
		exposed_line(&e->evidence, "%s", rule->text);
}

/* ---- the cure ---- */

/* Names of files, profiles and interfaces end up in lines that people paste into a shell, and in
 * a bundle they are anybody's. */
static const char *plain_or(const char *name, const char *otherwise)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.@:-";

	return *name && *name != '-' && !name[strspn(name, allowed)] ? name : otherwise;
}

/* All of them were tried in guests (advice-*.sh of tests/vm/scenarios). */
static void cure_networkd(const struct subject *s, struct exposed *e)
{
	const struct look_link *link = s->link;
	const char *word = s->look->systemd_version >= 257 ? "dynamic" : "dhcp";
	const char *name = strrchr(link->place.path, '/');

	if (is_kept(link)) {
		exposed_line(
			&e->cures,
			"%s keeps it, but systemd-networkd has not read that yet: apply it with "
			"`systemctl restart systemd-networkd`, which leaves the address where it "
			"is.",
			PLACE(link->keep_place));
		return;
	}
	exposed_line(&e->cures,
		     "Make the file /etc/systemd/network/%s.d/keep.conf with the lines "
		     "[Network] and KeepConfiguration=%s%s.",
		     plain_or(name ? name + 1 : "", "NAME.network"), word,
		     s->look->systemd_version ? "" : " (since systemd 257: dynamic)");
	exposed_line(&e->cures,
		     "Apply it with `systemctl restart systemd-networkd`: that leaves the "
		     "address where it is. `networkctl reconfigure`, `netplan apply`, a "
		     "stop and start%s take it away once more.",
		     s->look->systemd_version >= 257 ?
			     "" :
			     ", and before systemd 257 `networkctl reload`");
	if (link->is_netplans)
		exposed_line(
			&e->cures,
			"In netplan's own words it is `critical: true` below %s in %s; apply that "
			"with `netplan generate` and the same restart.",
			plain_or(link->profile, "the interface"),
			link->is_cloud_inits  ? "a file of your own in /etc/netplan, which "
						"cloud-init does not write" :
			link->netplan.path[0] ? link->netplan.path :
						"/etc/netplan/*.yaml");
}

static void cure_networkmanager(const struct subject *s, struct exposed *e)
{
	exposed_line(
		&e->cures,
		"Add the address to the profile beside the lease: `nmcli connection modify %s "
		"+ipv%d.addresses %s/%u`, then `nmcli device reapply %s`. That leaves the address "
		"where it is; `nmcli connection up` takes it away once more.",
		plain_or(s->link->profile, plain_or(s->link->profile_uuid, "PROFILE")),
		s->address->family == AF_INET ? 4 : 6, s->text, s->address->prefix_bits,
		plain_or(s->address->ifname, "DEVICE"));
}

static void cure_dhclient(const struct subject *s, struct exposed *e)
{
	if (is_kept(s->link))
		exposed_line(&e->cures,
			     "%s keeps it from the next renewal on: wait for that, and look "
			     "again.",
			     PLACE(s->link->keep_place));
	else
		exposed_line(
			&e->cures,
			"Put two lines into /etc/dhcp/dhclient-enter-hooks: `unset "
			"new_dhcp_lease_time` and `case $reason in EXPIRE|FAIL) exit 0;; esac`. "
			"They count from the next renewal on; nothing is to be restarted.");
}

static void cure_dhcpcd(const struct subject *s, struct exposed *e)
{
	if (is_kept(s->link))
		exposed_line(&e->cures,
			     "%s keeps it, but dhcpcd has not read that yet: restart dhcpcd.",
			     PLACE(s->link->keep_place));
	else
		exposed_line(
			&e->cures,
			"Set `lastleaseextend` (with `persistent`, Debian's default) in "
			"/etc/dhcpcd.conf and restart dhcpcd; `dhcpcd -n` takes the address away "
			"once more.");
}

static void show_cures(const struct subject *s, struct exposed *e)
{
	switch (manager_of(s)) {
	case MANAGER_NETWORKD:
		cure_networkd(s, e);
		break;
	case MANAGER_NETWORKMANAGER:
		cure_networkmanager(s, e);
		break;
	case MANAGER_DHCLIENT:
		cure_dhclient(s, e);
		break;
	case MANAGER_DHCPCD:
		cure_dhcpcd(s, e);
		break;
	case MANAGER_UDHCPC:
		exposed_line(&e->cures, "busybox's udhcpc takes the address away when its lease is "
					"lost, by its script's \"deconfig\": let that leave the "
					"address alone.");
		break;
	case MANAGER_KEEPALIVED:
		exposed_line(&e->cures,
			     "Masquerade to an address that stays, or let conntrackd carry the "
			     "entries over to the other node.");
		return;
	default:
		break;
	}
	exposed_line(&e->cures, RESERVE, s->text);
}

/* ---- the finding ---- */

static const char *const whose[MANAGERS] = {
	[MANAGER_NONE] = "nothing that was recognised keeps it",
	[MANAGER_NETWORKD] = "systemd-networkd does not keep it",
	[MANAGER_NETWORKMANAGER] = "NetworkManager does not keep it",
	[MANAGER_DHCLIENT] = "dhclient does not keep it",
	[MANAGER_DHCPCD] = "dhcpcd does not keep it",
	[MANAGER_UDHCPC] = "udhcpc does not keep it",
	[MANAGER_KEEPALIVED] = "keepalived takes it away at each failover",
	[MANAGER_KERNEL] = "a router's advertisement gave it, and may take it away",
};

static void show_sentence(const struct subject *s, struct exposed *e)
{
	const char *is = manager_of(s) == MANAGER_KEEPALIVED ? "floats between nodes" :
			 manager_of(s) == MANAGER_KERNEL     ? "has a lifetime" :
							       "is leased";

	snprintf(e->sentence, sizeof(e->sentence), "%s on %s %s, and %s.", s->text,
		 s->address->ifname, is, whose[manager_of(s)]);
}

/* A client that is well has renewed long before this. */
static void show_end(const struct subject *s, struct exposed *e)
{
	const struct look_lease *lease = &s->link->lease;
	uint32_t age_s, left_s = s->address->valid_s;

	if (!s->has_lifetime || !is_its_lease(s) || lease->lifetime_s <= left_s || left_s > NEAR_S)
		return;
	age_s = lease->lifetime_s - left_s;
	/* T2, when any server is asked: the own one has not answered since T1. */
	if (!lease->rebind_s || age_s < lease->rebind_s)
		return;
	e->has_end = true;
	e->end_s = left_s;
	snprintf(e->end, sizeof(e->end),
		 "The lease ends in %s, and was not renewed when it was due.", SPAN(left_s));
}

static enum severity weigh(const struct subject *s, const struct exposed *e)
{
	if (!e->stake.flows && !e->stake.unsure && !e->stake.why_unknown[0])
		return SEVERITY_LOW;
	return e->has_end || (e->stake.flows && s->link->lost) ? SEVERITY_HIGH : SEVERITY_MEDIUM;
}

/* Nothing is translated to it now. It may be, where a rule masquerades; of IPv6 that is rare
 * enough not to be guessed. */
static bool is_of_no_use(const struct subject *s, const struct stake *stake)
{
	if (stake->flows || stake->unsure)
		return false;
	if (look_why_lacking(s->look, LOOK_FLOWS) && look_why_lacking(s->look, LOOK_RULES))
		return false;
	return !s->look->has_masquerade || s->address->family != AF_INET;
}

static void judge(const struct subject *s, struct exposures *out)
{
	struct stake stake;
	struct exposed *e;

	if (is_link_local(s->address) || !may_go(s))
		return;
	stake_find(s->look, would_go, s->address, &stake);
	if (is_of_no_use(s, &stake))
		return;
	e = exposures_add(out, finding_by_id("address-may-go"));
	if (!e)
		return;
	e->stake = stake;
	snprintf(e->subject, sizeof(e->subject), "%s on %s", s->text, s->address->ifname);
	show_sentence(s, e);
	show_address(s, e);
	show_manager(s, e);
	show_history(s, e);
	show_rules(s, e);
	show_cures(s, e);
	show_end(s, e);
	e->severity = weigh(s, e);
}

void judge_address_may_go(const struct look *look, struct exposures *out)
{
	static const struct look_link unknown = { .manager = MANAGER_NONE };

	for (size_t i = 0; i < look->addresses_count; i++) {
		struct subject s = { .look = look, .address = &look->addresses[i] };

		s.link = look_link_find(look, s.address->ifindex);
		if (!s.link)
			s.link = &unknown;
		s.has_lifetime = s.address->valid_s != LOOK_FOREVER;
		address_format(&s.address->address, s.address->family, s.text, sizeof(s.text));
		judge(&s, out);
	}
}
