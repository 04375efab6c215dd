# fish completion for rstblame
# SPDX-License-Identifier: GPL-2.0-only
# Made by scripts/gen-completions.c from the table of options: make completions.

complete -c rstblame -s d -l duration -x -a '5m 15m 30m 1h 1d' -d 'stop after TIME: 90, 15m, 1h30m, 2d (default: until Ctrl-C)'
complete -c rstblame -s c -l count -x -d 'stop after N resets blamed on conntrack'
complete -c rstblame -s f -l format -x -a 'text json html prom' -d 'text (default), json (JSON Lines), html (one page at the end), or prom (metrics)'
complete -c rstblame -s o -l output -r -F -d 'write the report to FILE, not to stdout'
complete -c rstblame -s w -l write -r -F -d 'also record every event (gzip if the name ends in .gz; - is stdout)'
complete -c rstblame -s r -l read -r -F -d 'without tracing, analyse a recording (may be repeated; - is stdin)'
complete -c rstblame -l netns -x -a "(ip netns list 2>/dev/null | cut -d' ' -f1)" -d 'report only this network namespace'
complete -c rstblame -l log -r -F -d 'show log lines about addresses, leases, links, the firewall and oom in the timeline'
complete -c rstblame -l metrics -r -F -d 'also write Prometheus metrics to FILE, for node_exporter\'s textfile collector'
complete -c rstblame -l check -d 'show what can be observed on this kernel, and exit'
complete -c rstblame -l audit -d 'without tracing, list open connections that conntrack no longer knows, and exit'
complete -c rstblame -l explain -x -a 'entry-removed entry-unknown entry-invalid entry-bypassed no-listener backlog unreachable-socket stale-connection protocol refused-by-rule aborted remote unexplained address-removed link-down user-flush user-delete timeout table-full route-change tcp-close netns-exit module-unload ipvs other unread-data linger keepalive memory killed disconnect listener-closed accept-queue-full bridge' -d 'what a verdict or cause means, what proves it and what helps, and exit'
complete -c rstblame -l btf -r -F -d 'BTF for a kernel that has none'
complete -c rstblame -l no-pin -d 'do not pin netfilter modules (slower)'
complete -c rstblame -l utc -d 'show times in UTC, not local time'
complete -c rstblame -l stack -d 'show the kernel stack of each reset'
complete -c rstblame -s v -l verbose -d 'show each removal, and libbpf\'s messages'
complete -c rstblame -s q -l quiet -d 'show only the verdict, no timeline'
complete -c rstblame -s h -l help -d 'show this text'
complete -c rstblame -s V -l version -d 'show the version'
