# SPDX-License-Identifier: GPL-2.0-only
# The programs of ../extra: what they need of a system, and how they are started.

user_add() { # NAME ID
	grep -q "^$1:" /etc/passwd || echo "$1:x:$2:$2::/nonexistent:/bin/false" >>/etc/passwd
	grep -q "^$1:" /etc/group || echo "$1:x:$2:" >>/etc/group
}

bus_start() {
	user_add messagebus 100
	mkdir -p /run/dbus /var/lib/dbus
	cp /etc/machine-id /var/lib/dbus/machine-id
	rm -f /run/dbus/pid /run/dbus/system_bus_socket
	spawn bus dbus-daemon --system --nofork --nopidfile
	wait_for '[[ -S /run/dbus/system_bus_socket ]]' 15 "the bus"
}

# NetworkManager with its own DHCP client, for up0 only.
network_manager_start() {
	local profile=/etc/NetworkManager/system-connections/up0.nmconnection
	bus_start
	mkdir -p /var/lib/NetworkManager /etc/NetworkManager/{system-connections,conf.d} /run/NetworkManager
	rm -f /etc/NetworkManager/conf.d/* /var/lib/NetworkManager/*
	cat >/etc/NetworkManager/NetworkManager.conf <<-CONF
		[main]
		plugins=keyfile
		dhcp=internal
		no-auto-default=*
		dns=none
		auth-polkit=false
		[keyfile]
		unmanaged-devices=*,except:interface-name:up0
		[connectivity]
		enabled=false
	CONF
	cat >$profile <<-CONF
		[connection]
		id=up0
		uuid=11111111-2222-3333-4444-555555555555
		type=ethernet
		interface-name=up0
		[ipv4]
		method=auto
		[ipv6]
		method=disabled
	CONF
	chmod 600 $profile
	# Where /sys can be written it waits for udev, which is not there.
	spawn manager unshare -m sh -c 'mount -o remount,bind,ro /sys; exec NetworkManager --no-daemon --debug --log-level=INFO'
	wait_for node_has_address 60 "NetworkManager to get an address"
}

# keepalived_start ADDRESS/BITS: which it adds to up0 and watches over
keepalived_start() {
	cat >"$STATE/keepalived.conf" <<-CONF
		global_defs {
			router_id node
			vrrp_garp_master_delay 1
			script_user root
		}
		vrrp_instance wan {
			state MASTER
			interface up0
			virtual_router_id 51
			priority 150
			advert_int 1
			virtual_ipaddress {
				$1 dev up0
			}
		}
	CONF
	spawn keepalived keepalived -n -l -D -P -f "$STATE/keepalived.conf" \
		-p "$STATE/keepalived.pid" -r "$STATE/vrrp.pid"
	wait_for "up0_has $1" 30 "keepalived to add the service address"
}
up0_has() { ip -4 -o addr show dev up0 | grep -qF " $1 "; }

firewalld_start() {
	bus_start
	mkdir -p /var/log /run/firewalld
	spawn firewalld /usr/sbin/firewalld --nofork --nopid
	wait_for 'nft list tables | grep -q firewalld' 90 "firewalld to load its rules"
	wait_for 'firewall-cmd --state 2>&1 | grep -q ^running' 60 "firewalld"
}
