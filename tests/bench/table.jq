# SPDX-License-Identifier: GPL-2.0-only
# The bench's results as rows: figure, measured, beside it (the baseline of the same
# run), target, and whether it was met ("", "yes", "no"), separated by tabs.
# $icount, $smp: the lines of the two guests; $core: of make bench-core, $replay: of make
# bench-replay, or [].

def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def round_to(p): . * p | round | . / p;
def fixed(d): if . == null then "-" else . * pow(10; d) | round | tostring
	| if d == 0 then . else (if length <= d then "0" * (d + 1 - length) + . else . end) | .[:-d] + "." + .[-d:] end end;
def thousands: tostring | explode | reverse | [range(0; length; 3) as $i | .[$i:$i + 3]] | map(reverse | implode) | reverse | join(",");
def of(run; key): [.[] | select(.run == run and has(key)) | .[key]];
def spread(f): "\(median | f) (least \(min | f))";
def ms: . / 1e6 | fixed(0);
def lost(run; want): [.[] | select(.run == run and has("summary")) | want - ([.summary.removals[]] | add // 0)];
def told_lost(run): [.[] | select(.run == run and has("summary")) | [.summary.lost[]] | add // 0] | add // 0;
def row(figure; measured; beside; target; met): [figure, measured, beside, target, met] | @tsv;
def judged(ok): if ok then "yes" else "no" end;

# A program's mean cost between two snapshots of the kernel's counters.
def program(run; name): [.[] | select(.run == run and .program == name)] | last;
def mean_since(before; run; name): (program(run; name)) as $b | (if before then program(before; name) else null end) as $a
	| if $b == null or $b.count == ($a.count // 0) then null else ($b.ns - ($a.ns // 0)) / ($b.count - ($a.count // 0)) end;

def size_rows(size): size as $n | "\($n | thousands) entries" as $what
	| ($icount | of("bare-\($n)"; "flush_cpu_ns")) as $ib | ($icount | of("rstblame-\($n)"; "flush_cpu_ns")) as $ir
	| ($smp | of("bare-\($n)"; "flush_ns")) as $sb | ($smp | of("rstblame-\($n)"; "flush_ns")) as $sr
	| (if ($ib | length) > 0 and ($ir | length) > 0 then (($ir | median) / ($ib | median)) as $q
		| row("flush of \($what), instructions with ÷ without"; $q | fixed(2);
			"\($ir | median | . / $n | fixed(0)) ÷ \($ib | median | . / $n | fixed(0)) an entry";
			if $n == 262144 then "≤ 1.25" else "" end; if $n == 262144 then judged($q <= 1.25) else "" end)
		else empty end),
	  ($icount | of("bare-\($n)"; "flush_ns")) as $bare_wall | ($icount | of("rstblame-\($n)"; "flush_ns")) as $wall
	| (if ($bare_wall | length) > 0 and ($wall | length) > 0 then
		row("flush of \($what), until it returns, on one CPU with the reader, with ÷ without";
			($wall | median) / ($bare_wall | median) | fixed(2); "\($wall | median | ms) ÷ \($bare_wall | median | ms) million instructions"; ""; "")
		else empty end),
	  (if ($sb | length) > 0 and ($sr | length) > 0 then
		row("flush of \($what), time with ÷ without"; ($sr | median) / ($sb | median) | fixed(2);
			"\($sr | spread(ms)) ÷ \($sb | spread(ms)) ms, \($sr | length) each"; ""; ""),
		($smp | lost("rstblame-\($n)"; $n) | max) as $lost
		| row("removals lost of \($what) in one flush"; $lost | tostring;
			"peak memory \($smp | of("rstblame-\($n)"; "peak_kb") | max / 1024 | fixed(0)) MB";
			if $n == 1000000 then "0" else "" end; if $n == 1000000 then judged($lost == 0) else "" end)
		else empty end);

def peer_row(name; title): ($smp | of("bare-\($peer_size)"; "flush_ns")) as $bare
	| ($smp | of(name; "flush_ns")) as $with | ($smp | of(name; "seen")) as $seen
	| if ($with | length) == 0 then empty else
		row("the same flush of \($peer_size | thousands) by \(title), time with ÷ without"; ($with | median) / ($bare | median) | fixed(2);
			"saw \($seen | median | thousands) (most \($seen | max | thousands)), peak \($smp | of(name; "peak_kb") | max / 1024 | fixed(0)) MB"; ""; "") end;

def instruction_rows: $icount as $i
	| ($i | mean_since("removal"; "removal-2"; "empty_removal")) as $empty
	| ($i | mean_since("removal"; "removal-2"; "on_removal_fent")) as $removal
	| if $empty == null then empty else
		(($i | program("removal-2"; "empty_removal").count) - ($i | program("removal"; "empty_removal").count)) as $count
		| row("probe cost of a removal in a flush of \($count | thousands) ÷ empty fentry, instructions"; $removal / $empty | fixed(2);
			"\($removal | fixed(0)) ÷ \($empty | fixed(0))"; "≤ 4"; judged($removal / $empty <= 4)),
		row("probe cost of a reset, instructions: to an ACK, to a SYN (of 2,000)";
			"\($i | mean_since("removal-2"; "acks"; "on_reset_v4_fen") | fixed(0)), \($i | mean_since("acks"; "syns"; "on_reset_v4_fen") | fixed(0))"; ""; ""; "")
	end;

def connection_row: ($icount | of("connections-bare"; "ns")) as $b_ns | ($icount | of("connections-bare"; "connections")) as $b
	| ($icount | of("connections-rstblame"; "ns")) as $r_ns | ($icount | of("connections-rstblame"; "connections")) as $r
	| if ($r | length) == 0 then empty else
		([range(0; $b | length) | $b[.] * 1e9 / $b_ns[.]] | median) as $bare | ([range(0; $r | length) | $r[.] * 1e9 / $r_ns[.]] | median) as $with
		| row("short NATed connections a second, with ÷ without, one CPU"; $with / $bare | fixed(3);
			"median of \($r | length) rounds, the least \([range(0; $r | length) | $r[.] * 1e9 / $r_ns[.]] | min / $bare | fixed(3)); \($bare | fixed(0)) without, on a CPU of 10⁹ instructions/s"; "≥ 0.97"; judged($with / $bare >= 0.97)) end;

# The same functions, nothing to verify: see vm-least.bpf.c.
def least_of(key; cpu_key): ($smp | of("session-least"; key)) as $l
	| ($icount | if cpu_key then of("session-least"; cpu_key) else [] end) as $i
	| if ($l | length) == 0 then "" else
		"; empty programs on the same functions, by libbpf alone: \($l | median / 1e9 | fixed(2)) s\(if ($i | length) == 0 then "" else ", \($i | median / 1e6 | fixed(0)) million" end)" end;

# The comparisons' share of an idle window.
def witness_rows: ([$icount[] | select(.run == "witnesses")] | first) as $w
	| ($icount | of("witnesses-5"; "idle_cpu_ns") | first) as $with | ($icount | of("witnesses-3600"; "idle_cpu_ns") | first) as $without
	| if $w == null or $with == null or $without == null then empty else
		(($with - $without) / $w.rounds / $w.namespaces) as $each
		| row("comparison with the kernel's own counts, once a minute, instructions a namespace"; $each | round | thousands;
			"of \($w.namespaces) namespaces, \($peer_size | thousands) entries"; "≤ 1 million"; judged($each <= 1e6)) end;

def session_rows: ($smp | of("session"; "attach_ns")) as $a | if ($a | length) == 0 then empty else
	row("start to attached"; "\($a | median / 1e9 | fixed(2)) s (least \($a | min / 1e9 | fixed(2)))";
		"\($icount | of("session"; "attach_cpu_ns") | if length == 0 then "" else "\(median / 1e6 | fixed(0)) million instructions" end)\(least_of("attach_ns"; "attach_cpu_ns"))";
		"≤ 0.5 s; ≤ 100 million"; judged(($a | median) <= 5e8 and ($icount | of("session"; "attach_cpu_ns") | length > 0 and median <= 1e8))),
	row("interrupt to the whole report"; "\($smp | of("session"; "report_ns") | median / 1e9 | fixed(2)) s"; "then the prompt waits until the kernel has taken the probes out"; ""; ""),
	row("interrupt to detached"; "\($smp | of("session"; "detach_ns") | median / 1e9 | fixed(2)) s"; least_of("detach_ns"; null) | ltrimstr("; "); ""; ""),
	($smp | of("session"; "resident_kb") | max / 1024) as $mb
	| row("resident while idle, beyond the rings"; "\($mb | fixed(1)) MB";
		"rings \($smp | of("session"; "rings_kb") | max / 1024 | fixed(1)) MB"; "≤ 8 MB"; judged($mb <= 8)),
	($smp | of("session"; "idle_wakeups") | max) as $w
	| ($smp | of("session"; "idle_s") | add) as $s
	| row("wake-ups while idle"; "\($w) in \($s) s";
		"CPU \($smp | of("session"; "idle_cpu_ns") | max / 1e6 | fixed(1)) ms"; "≤ 1 a second"; judged($w <= $s + 1))
	end;

def storm_row(name; what): ($smp | of(name; "packets")) as $p | if ($p | length) == 0 then empty else
	($smp | of(name; "kernel_resets")) as $k
	| ($smp | [.[] | select(.run == name and has("summary")) | .summary]) as $s
	| ([range(0; $k | length) | $k[.] - ([$s[.].resets | to_entries[] | select(.key != "remote") | .value] | add // 0)] | max) as $lost
	| ($smp | lost(name; $storm_size) | max) as $removals
	| row("removals lost in a flush of \($storm_size | thousands) during \(what)"; $removals | tostring; "resets lost: \($lost) of \($k | add | thousands)"; "0"; judged($removals == 0)),
	  row("\(what), packets a second with and without rstblame";
		"\([range(0; $p | length) | $p[.] * 1e9 / ($smp | of(name; "ns"))[.]] | median | fixed(0))";
		"\("bare-\(name)" as $bare | [range(0; $smp | of($bare; "packets") | length) as $x | ($smp | of($bare; "packets"))[$x] * 1e9 / ($smp | of($bare; "ns"))[$x]] | if length == 0 then "-" else median | fixed(0) end); CPU of rstblame \($smp | of(name; "cpu_ms") | median / 1000 | fixed(1)) s"; ""; "") end;

def core_rows: if ($core | length) == 0 then empty else
	($core | max_by(.flows)) as $c | ($core | min_by(.flows)) as $least
	| row("core, native, \($c.flows | thousands) flows: removals a second"; "\($c.removals_per_s / 1e6 | fixed(1)) million"; "bare hash insert \($c.bare_insert_ns | fixed(0)) ns, ours \($c.add_ns | fixed(0)) ns"; "≥ 5 million"; judged($c.removals_per_s >= 5e6)),
	  row("core: reset look-ups a second"; "\($c.lookups_per_s / 1e6 | fixed(1)) million"; "whole judgements \($c.resets_per_s / 1e6 | fixed(1)); bare hash table \(1e3 / $c.bare_lookup_ns | fixed(1)) million"; "≥ 2 million"; judged($c.lookups_per_s >= 2e6)),
	  row("core: bytes per remembered flow"; $c.bytes_per_flow | fixed(1); ""; "≤ 64"; judged($c.bytes_per_flow <= 64)),
	  row("core: cost of a removal, \($c.flows | thousands) ÷ \($least.flows | thousands) flows"; $c.removal_ns / $least.removal_ns | fixed(2); "a look-up \($c.lookup_hit_ns / $least.lookup_hit_ns | fixed(2)), bare \($c.bare_lookup_ns / $least.bare_lookup_ns | fixed(2)); longest stall \($core | map(.stall_us, .one_tuple_stall_us) | max / 1000 | fixed(1)) ms"; "≤ 2; ≤ 10 ms"; judged($c.removal_ns / $least.removal_ns <= 2 and ($core | map(.stall_us, .one_tuple_stall_us) | max) <= 10000))
	end;

def replay_rows: (reduce $replay[] as $r ({}; .[$r.run] = $r)) as $of
	| if $of.one == null or $of.two == null then empty else
		($of.one | .lines / .seconds) as $rate
		| row("replay of \($of.one.lines | thousands) lines (gzip), a second"; $rate | round | thousands;
			"\($of.one.bytes / 1e9 | fixed(1)) GB; peak memory \($of.one.peak_kb / 1024 | fixed(0)) MB; \($of.one.resets | thousands) resets"; "≥ 300,000"; judged($rate >= 300000)),
		(($of.two | .seconds / .lines) * $rate) as $each
		| row("the same of two nodes, merged by time: time a line ÷ of one node"; $each | fixed(2);
			"peak memory \($of.two.peak_kb / 1024 | fixed(0)) MB"; "≤ 2"; judged($each <= 2)) end;

instruction_rows,
([$icount, $smp] | add | map(.run // "" | select(startswith("bare-") and (startswith("bare-storm") | not)) | ltrimstr("bare-") | tonumber) | unique[] as $n | size_rows($n)),
peer_row("bpftrace"; "bpftrace"), peer_row("conntrack-E"; "`conntrack -E`"),
connection_row, session_rows, witness_rows,
storm_row("storm-syns"; "a SYN scan"), storm_row("storm-acks"; "an ACK scan"),
core_rows, replay_rows
