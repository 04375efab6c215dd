# bash completion for rstblame
# SPDX-License-Identifier: GPL-2.0-only
# Made by scripts/gen-completions.c from the table of options: make completions.

_rstblame() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words files=

	COMPREPLY=()
	case $previous in
	-d | --duration) words='5m 15m 30m 1h 1d' ;;
	-c | --count) ;;
	-f | --format) words='text json html pcapng prom' ;;
	-o | --output) files=1 ;;
	-w | --write) files=1 ;;
	-C | --file-size) words='10 100 1000 64k 10M 1G' ;;
	-W | --file-count) ;;
	-r | --read) files=1 ;;
	--every) words='5m 15m 1h 1d' ;;
	--netns) words=$(ip netns list 2>/dev/null | cut -d' ' -f1) ;;
	--log) words='journal' ; files=1 ;;
	--pcap) files=1 ;;
	--metrics) files=1 ;;
	--root) files=1 ;;
	--explain) words='entry-removed entry-unknown entry-invalid entry-bypassed no-listener backlog unreachable-socket stale-connection protocol refused-by-rule aborted remote unexplained address-removed link-down user-flush user-delete timeout table-full route-change tcp-close netns-exit module-unload ipvs other unread-data linger keepalive memory killed disconnect listener-closed accept-queue-full bridge address-may-go invalid-answered timeout-shorter table-filling who-flushes accept-queue rejects-with-reset route-may-change blind' ;;
	--btf) files=1 ;;
	--user) words=$(compgen -u) ;;
	*)
		if [[ $current != -* ]]; then return; fi
		words='--duration --count --format --output --write --file-size --file-count --read --every --netns --log --pcap --metrics --check --audit --exposure --root --explain --btf --no-pin --user --utc --stack --verbose --quiet --help --version' ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	if [[ $files ]]; then mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current"); fi
}
complete -o default -F _rstblame rstblame
