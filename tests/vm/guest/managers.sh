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

# networkd with up0's address in its .network file, and a bus for networkctl.
UP0_NETWORK=/run/systemd/network/10-up0.network
networkd_static_start() {
	bus_start
	networkd_prepare
	cat >$UP0_NETWORK <<-CONF
		[Match]
		Name=up0
		[Network]
		Address=$NODE/24
		LinkLocalAddressing=no
		IPv6AcceptRA=no
	CONF
	networkd_run
	wait_for node_has_address 20 "networkd to set the static address"
}

# keepalived_start ADDRESS/BITS: which it adds to up0 and watches over
keepalived_start() {
	keepalived_spawn keepalived "$1" up0 150
	wait_for "up0_has $1" 30 "keepalived to add the service address"
}
# keepalived_spawn LABEL ADDRESS/BITS DEVICE PRIORITY [COMMAND-BEFORE...]: the highest has it
keepalived_spawn() {
	cat >"$STATE/$1.conf" <<-CONF
		global_defs {
			router_id $1
			vrrp_garp_master_delay 1
			script_user root
		}
		vrrp_instance wan {
			state BACKUP
			interface $3
			virtual_router_id 51
			priority $4
			advert_int 1
			virtual_ipaddress {
				$2 dev $3
			}
		}
	CONF
	spawn "$1" "${@:5}" keepalived -n -l -D -P -f "$STATE/$1.conf" \
		-p "$STATE/$1.pid" -r "$STATE/$1.vrrp.pid"
}
up0_has() { ip -4 -o addr show dev up0 | grep -qF " $1 "; }
# Its child speaks VRRP and sets the addresses.
keepalived_signal() { kill -"$1" "$keepalived_pid" $(<"/proc/$keepalived_pid/task/$keepalived_pid/children"); }
# networkd_drops ADDRESS/BITS: keepalived's, which is stopped meanwhile, or it may be first:
# its instance is at fault without the link's own address.
networkd_drops() {
	keepalived_signal STOP
	wait_for 'networkctl reconfigure up0 >>$STATE/networkctl.log 2>&1' 15 "networkd to obey"
	wait_for "[[ \$(entries_to ${1%/*} tcp) == 0 ]]" 30 "the flush"
	wait_for node_has_address 20 "networkd to set the static address again"
	keepalived_signal CONT
	wait_for "up0_has $1" 30 "keepalived to put it back"
}

firewalld_start() {
	bus_start
	mkdir -p /var/log /run/firewalld
	spawn firewalld /usr/sbin/firewalld --nofork --nopid
	wait_for 'nft list tables | grep -q firewalld' 90 "firewalld to load its rules"
	wait_for 'firewall-cmd --state 2>&1 | grep -q ^running' 60 "firewalld"
}

# nginx_start ADDRESS KEEPALIVE-TIMEOUT
nginx_start() {
	user_add www-data 33
	user_add nobody 65534
	grep -q ^nogroup: /etc/group || echo nogroup:x:65534: >>/etc/group
	mkdir -p /var/log/nginx /var/lib/nginx "$STATE/www"
	echo hello >"$STATE/www/index.html"
	chmod 755 /run "$STATE" "$STATE/www"
	cat >"$STATE/nginx.conf" <<-CONF
		daemon off;
		worker_processes 1;
		error_log stderr;
		pid $STATE/nginx.pid;
		events { }
		http {
			access_log off;
			keepalive_timeout $2;
			server { listen $1:80; root $STATE/www; }
		}
	CONF
	spawn nginx nginx -c "$STATE/nginx.conf"
	wait_for "[[ \$(ss -tlnH 'sport = :80') ]]" 20 "nginx to listen"
}

# pool_uses N now | late: a request of the other host's, and the same connection once more,
# at once or when nginx has closed it.
pool_uses() {
	# In one segment, or there may be a reset for each.
	printf 'GET / HTTP/1.1\r\nHost: n\r\n\r\n' >"$STATE/get"
	ip netns exec srv bash -c '
		get() { cat "$1" >&3; }
		answer() { while read -r -t 10 line <&3 && [[ $line != hello ]]; do :; done; echo "$line"; }
		exec 3<>/dev/tcp/$0/80
		get "$1"
		answer
		if [[ $2 == late ]]; then
			until [[ $(ss -tnH state close-wait "dport = :80") ]]; do sleep 0.05; done
		fi
		get "$1"
		if [[ $2 == now ]]; then answer; fi
	' $NODE "$STATE/get" "$2" >"$STATE/pool$1.log" 2>&1
}

dhclient_start() {
	mkdir -p /etc/dhcp /var/lib/dhcp
	rm -f /etc/dhcp/dhclient-enter-hooks
	echo 'request subnet-mask; retry 3; timeout 5;' >"$STATE/dhclient.conf"
	: >"$STATE/dhclient.leases"
	spawn dhclient dhclient -4 -d -cf "$STATE/dhclient.conf" -lf "$STATE/dhclient.leases" -pf "$STATE/dhclient.pid" up0
	wait_for node_has_address 30 "dhclient to get an address"
}

dhcpcd_run() { spawn dhcpcd dhcpcd -B -4 -f /etc/dhcpcd.conf up0; }
dhcpcd_start() {
	user_add dhcpcd 101
	mkdir -p /var/lib/dhcpcd /run/dhcpcd
	# It waits for udev to name the links, and would probe the address for 5 s.
	printf '%s\n' duid persistent nodev noarp noipv4ll 'nohook resolv.conf, hostname' >/etc/dhcpcd.conf
	dhcpcd_run
	wait_for node_has_address 30 "dhcpcd to get an address"
}

# A tunnel wg0 from the node, 10.66.0.2, to the other host, 10.66.0.1; its file is written
# again by tunnel_write, and `tunnel up` and `tunnel down` are wg-quick's.
tunnel_write() { # ADDRESS
	cat >/etc/wireguard/wg0.conf <<-CONF
		[Interface]
		PrivateKey = $(<"$STATE/node.key")
		ListenPort = 51821
		Address = $1/32
		[Peer]
		PublicKey = $(<"$STATE/srv.pub")
		AllowedIPs = 10.66.0.0/24
		Endpoint = $SERVER:51820
	CONF
	chmod 600 /etc/wireguard/wg0.conf
}
tunnel() { wg-quick "$1" wg0 2>>"$STATE/wg.log"; }
tunnel_make() {
	local end
	mkdir -p /etc/wireguard
	for end in node srv; do
		(umask 077; wg genkey >"$STATE/$end.key")
		wg pubkey <"$STATE/$end.key" >"$STATE/$end.pub"
	done
	ip -n srv link add wg0 type wireguard
	ip netns exec srv wg set wg0 listen-port 51820 private-key "$STATE/srv.key" \
		peer "$(<"$STATE/node.pub")" allowed-ips 10.66.0.2/32,10.66.0.3/32
	ip -n srv addr add 10.66.0.1/24 dev wg0
	ip -n srv link set wg0 up
	tunnel_write 10.66.0.2
	tunnel up
}
tunnel_remove() {
	tunnel down
	ip -n srv link del wg0
	rm -f /etc/wireguard/wg0.conf
}
