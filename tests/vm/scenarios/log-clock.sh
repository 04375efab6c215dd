# SPDX-License-Identifier: GPL-2.0-only
# The wall clock is set while nobody reads the log: 40 seconds forward, which a stamp from
# before it looks older by, and 40 back. Each line stays between the addresses that it
# was written between.

LOG=/run/scenario/system.log
RUNS=test-kernels
RSTBLAME_ARGS="--log $LOG"

setup() {
	network_make
	node_address_add
	masquerade nft
	: >$LOG
}

# With the wall clock's time of now, as rsyslog writes it.
log_line() {
	local now=$EPOCHREALTIME
	printf '%(%Y-%m-%dT%H:%M:%S)T.%s+00:00 node systemd-networkd[7]: up0: %s\n' \
		"${now%.*}" "${now#*.}" "$1" >>$LOG
}

lines_said() { grep -c "^{\"type\":\"$1\"" "$OUT/$NAME.json" || true; }

# shift SECONDS LINE LINE LINES_SO_FAR: the clock is set between the two lines, which both
# are read after it.
shift_clock() {
	local observer=
	if [[ -e $OUT/$NAME.json ]]; then observer=$PPID; fi
	${observer:+kill -STOP $observer}
	log_line "$2"
	ip addr del $NODE/24 dev up0
	busybox date -s "@$((EPOCHSECONDS + $1))" >/dev/null
	log_line "$3"
	ip addr add $NODE/24 dev up0
	${observer:+kill -CONT $observer}
	if [[ $observer ]]; then
		wait_for "(( \$(lines_said log) >= $4 ))" 10 "$4 lines to be told"
	fi
}

act() {
	shift_clock 40 "DHCP lease lost" "DHCPv4 address $NODE/24 via $SERVER" 2
	shift_clock -40 "Lost carrier" "Gained carrier" 4
}
