# SPDX-License-Identifier: GPL-2.0-only
# One line for each assertion on one scenario: PASS or FAIL, what was asserted,
# what was expected and what was seen, separated by tabs.
#
# $expect (expect/NAME.json), $facts, $status and, for a replay, $live and
# $live_status are given; the input is the array of rstblame's lines.

def assert(what; $expected; $seen; $ok):
  [if $ok then "PASS" else "FAIL" end, what, ($expected | tojson), ($seen | tojson)] | @tsv;
def equal(what; $expected; $seen): assert(what; $expected; $seen; $expected == $seen);

def lines($type): map(select(.type == $type));
def by_id($id): map(select(.id == $id)) | .[0];

# The kernel's own comm is cut at 15 characters; a fact holds networkd's. Others are
# known to the scenario only.
def comm($actor):
  if $actor == "networkd" then $facts.networkd_comm else $facts["comm_\($actor)"] // $actor end;

# Whether a line is as wanted: what the expectation leaves out may be anything, and
# null means that it is not there. A string for an actor is its comm; for a network
# namespace its name; the kernel's own reason is there where the kernel has one, and that a
# reset left where the kernel's symbols say where it counts them.
def like($want):
  . as $seen
  | if ($want | type) == "object" then
      all($want | to_entries[]; .key as $k | .value as $v
        | (if ($seen | type) == "object" then $seen[$k] else null end) as $s
        | if $k == "actor" and ($v | type) == "string" then $s.comm? == comm($v)
          elif $k == "netns" and ($v | type) == "string" then
            $s == (if $v == "root" then $facts.netns else $facts["netns_\($v)"] end)
          elif $k == "reason" then $s == (if $facts.has_reasons then $v else null end)
          elif $k == "delivered" and $v == "yes" then
            $s == (if $facts.has_counters == false then null else $v end)
          else $s | like($v) end)
    else $seen == $want end;

# Every id that a reset's "because" leads to, through "by" as well.
def evidence($reset):
  . as $all
  | [$reset.because[]? | . as $id | $all | by_id($id) | select(.)
     | ., (.by? // empty | . as $by | $all | by_id($by) | select(.))];

# The resets that an expectation is about: those that "of" selects, else all.
def subject($want): map(select(like($want.of // {})));
# Those that are as it says; "because" wants one line of evidence for each of its own.
def as_said($want; $all):
  ($want | del(.of, .count, .because)) as $key
  | map(select(like($key)
      and (. as $reset | ($all | evidence($reset)) as $evidence
           | all(($want.because // [])[]; . as $w | any($evidence[]; like($w))))));

# A count of null: one or more, and all of those that "of" selects.
def counted($resets; $expected; $all):
  $expected | map(. as $want | ($resets | subject($want)) as $subject
    | ($subject | as_said($want; $all) | length) as $n
    | $want + {count: (if ($want | has("count")) and $want.count == null and $n > 0 and $n == ($subject | length) then null
        elif $want.of and $n != ($subject | length) then "\($n) of \($subject | length)" else $n end)});

def groups($resets):
  $resets | map({direction, verdict, cause, confidence, reason, socket, context, actor: .actor.comm, inferred, netns})
  | map(with_entries(select(.value != null and .value != []))) | group_by(.) | map(.[0] + {count: length});

def check_provocation:
  (if $expect.rsts == null then empty
   else equal("the node sent \($expect.rsts) RST"; $expect.rsts; $facts.rsts_root) end),
  (($expect.facts // {}) | to_entries[] | equal("fact \(.key)"; .value; $facts[.key]));

def check_exit:
  assert("exit status"; $expect.status; $status;
    [$expect.status] | flatten | index($status) != null);

def check_summary:
  (lines("summary") | length) as $n
  | .[-1] as $last
  | assert("summary is the last line, and the only one"; [1, "summary"]; [$n, $last.type];
      $n == 1 and $last.type == "summary"),
    equal("summary.status is the exit status"; $status; $last.status),
    assert("lost, and of no other probe"; $expect.lost // []; $last.lost;
      ($last.lost | type) == "object"
      and ([$last.lost | to_entries[] | select(.value != 0).key] == ($expect.lost // [])));

# The other end of a reset may be a socket of this node as well, which is a line of
# its own: looked at where the expectation names it.
def told: any($expect.resets[]; .verdict == "remote" or .direction == "received") as $all
  # What a storm has in full is a matter of its speed: see check_storm.
  | lines("reset") | map(select(($all or .direction != "received")
      and ($expect.storm == null or .verdict != "no-listener")));

# Resets that were counted, by verdict.
def only_counted: lines("resets") | map({key: .verdict, value: .count}) | group_by(.key)
  | map({key: .[0].key, value: (map(.value) | add)}) | from_entries;
def sum_up($a; $b): reduce ($b | to_entries[]) as $e ($a; .[$e.key] += $e.value);

def check_resets:
  . as $all | lines("reset") as $lines | told as $resets | only_counted as $counted
  | .[-1] as $summary
  | equal("each RST of all namespaces has its line, or is counted";
      $facts.rsts_root + $facts.rsts_c1 + $facts.rsts_srv + ($facts.rsts_node2 // 0);
      ($lines | map(select(.direction == "sent")) | length) + ([$counted[]] | add // 0)),
    assert("resets by verdict, cause and confidence"; $expect.resets; groups($resets);
      counted($resets; $expect.resets; $all) == $expect.resets
      and (any($expect.resets[]; .count == null)
        or ([$expect.resets[].count] | add // 0) == ($resets | length))),
    equal("summary.resets counts them";
      sum_up($lines | group_by(.verdict) | map({key: .[0].verdict, value: length}) | from_entries; $counted);
      ($summary.resets // {} | with_entries(select(.value != 0)))),
    assert("every flow has its ports"; "none is 0"; [$lines[].flow.orig? | select(.) | [.sport, .dport]];
      [$lines[].flow.orig? | select(.) | .sport, .dport] | all(. > 0)),
    (if $facts.rejects then
      equal("one reset line for each RST of a rule"; $facts.rejects; $lines | map(select(.direction == "rejected")) | length)
     else empty end),
    (if any($expect.resets[]; .netns // .of.netns) then empty
     else equal("in the node's namespace"; ($resets | map($facts.netns)); ($resets | map(.netns))) end);

# A storm of SYNs to closed ports: each port's are as many as were sent, those in full and
# those that were counted together; and none of the entries that they made is a removal.
def netns_of($name): if $name == "root" then $facts.netns else $facts["netns_\($name)"] end;
def tried($storm):
  [.[] | select(.netns == netns_of($storm.netns))
    | if .type == "reset" and .verdict == "no-listener" and ((.packet.src | contains(":")) == ($storm.family == "ipv6"))
      then {port: .packet.dport, count: 1}
      elif .type == "resets" and .family == $storm.family
      then .ports[], {port: null, count: (.count - ([.ports[].count] | add // 0))}
      else empty end]
  | group_by(.port) | map({port: .[0].port, count: (map(.count) | add)});
def check_storm:
  . as $all | .[-1] as $summary
  # Where kprobes see resets or removals, looking at counts would cost events: it is done
  # at the end, see loader_note_kprobes(). The first storm's ports found room; the sweep
  # left none, so that of the others' ports not more than all is told.
  | (lines("start")[0].probes | any(.[]; .how == "kprobe" and (.name | IN("reset-ipv4", "reset-ipv6", "conntrack-removal")))) as $by_kprobe
  | ($expect.storm[] | . as $storm | ($all | tried($storm)) as $tried
      | ($tried | map(select(.port != null) | select((.port | tostring) as $p | $storm.ports | has($p)) | {key: (.port | tostring), value: .count}) | from_entries) as $by_port
      | if $by_kprobe and $storm != $expect.storm[0]
        then assert("storm in \($storm.netns), \($storm.family): by port"; $storm.ports; $by_port;
          all($by_port | to_entries[]; .value <= $storm.ports[.key]))
        else equal("storm in \($storm.netns), \($storm.family): by port"; $storm.ports; $by_port) end,
        equal("storm in \($storm.netns), \($storm.family): all"; $storm.count; [$tried[].count] | add // 0),
        equal("storm in \($storm.netns), \($storm.family): other ports tried more than once"; [];
          $tried | map(select(.port != null and .count > 1) | select((.port | tostring) as $p | $storm.ports | has($p) | not)))),
    assert("most were counted"; "most"; $summary.resets_counted; $summary.resets_counted > $facts.rsts_root / 2),
    (if $by_kprobe then equal("told once, at the end"; [1]; $all | lines("resets") | group_by([.netns, .family]) | map(length) | unique) else empty end),
    assert("not more than one line a second, namespace and family"; "a second apart";
      $all | lines("resets") | map([.netns, .family, .mono_ns]);
      ($all | lines("resets") | .[:-1] | group_by([.netns, .family])
        | all(.[]; [.[].mono_ns] | unique | . as $t | all(range(1; length - 1); $t[.] - $t[. - 1] >= 1e9)))),
    assert("each within its line's times"; "first <= last"; null;
      $all | lines("resets") | all(.first <= .last and .last <= .ts)),
    equal("only the flush's are removals"; [$expect.flush.cause]; $summary.removals | keys),
    # As many as EVENT_SYN_PORTS_MAX; how many more is a matter of its speed, again.
    ([$all | lines("resets")[] | .ports[].port] | unique | length) as $ports
    | if $by_kprobe then empty
      else assert("more ports are told apart than there is room for at a time"; "> 8192"; $ports; $ports > 8192) end;

def check_flow:
  (told | .[0]) as $reset
  | $facts.flow_orig as $orig
  | equal("flow.orig is the container's tuple"; $orig; $reset.flow.orig),
    equal("the packet came from the server to the node's address";
      {src: $orig.dst, sport: $orig.dport, dst: $expect.flow.node};
      ($reset.packet // {} | {src, sport, dst})),
    equal("it was sent in a softirq: by nobody who runs"; "softirq"; $reset.context),
    equal("the packet's tuple is the reply's"; ($reset.flow.reply); ($reset.packet // {} | {src, sport, dst, dport}));

# The network namespaces of the stage have names, told before what happens in them.
def check_namespaces:
  . as $all
  | ["c1", "srv", "node2"] | map(select($facts["netns_\(.)"]) | {key: ($facts["netns_\(.)"] | tostring), value: .}) | from_entries
  | . as $names
  | [$all[] | select(.type == "namespace")] as $told
  | [$all | to_entries[] | select(.value.type == "reset" and $names[.value.netns | tostring])
      | . as $reset | $names[.value.netns | tostring]
      | if any($all[:$reset.key][]; .type == "namespace" and .netns == $reset.value.netns) then "named" else . end] as $resets
  | equal("namespaces by their names"; ($told | map($names[.netns | tostring] // .name)); ($told | map(.name))),
    equal("named before their resets"; ($resets | map("named")); $resets);

def check_no_flush:
  equal("no flush removed anything"; 0; [lines("flush")[].entries] | add // 0);

def check_flush:
  (lines("flush") | map(select(.entries > 0))) as $flushes
  | equal("one flush"; [$expect.flush.cause]; ($flushes | map(.cause))),
    equal("it counts what conntrack -L had"; [$facts.flows_before, $facts.flows_before_tcp];
      ($flushes[0] | [.entries, .tcp_entries])),
    equal("summary.removals says so too"; $facts.flows_before; .[-1].removals[$expect.flush.cause]);

# In no order: that of two acts at once is the kernel's business.
def check_flushes:
  (lines("flush") | map(select(.entries > 0))) as $flushes
  | assert("these flushes"; $expect.flushes; ($flushes | map({cause, entries, tcp_entries, actor: .actor.comm}));
      ($flushes | length) == ($expect.flushes | length)
      and all($expect.flushes | group_by(.)[]; length as $n | .[0] as $w
        | [$flushes[] | select(like($w))] | length == $n));

# Where the cause is not known, each flush and what is shown with it says from where.
def check_stack:
  (lines("flush") | map(select(.cause == "other") | .stack // "")) as $stacks
  | assert("each flush shows its stack"; $expect.stack; $stacks;
      ($stacks | length) > 0 and all($stacks[]; split(" < ") | any(.[]; startswith($expect.stack))));

# What was seen of addresses, whether or not anything came of it.
def check_addresses:
  lines("address") as $seen
  | assert("address lines"; $expect.addresses; $seen | map({op, address, actor: .actor.comm});
      all($expect.addresses[]; . as $w | any($seen[]; like($w)))),
    (if $expect | has("addresses_unflushed") then
       equal("addresses removed, and no flush came of it"; $expect.addresses_unflushed; .[-1].addresses_unflushed) else empty end);

# The pids that the scenario measured are those of the blamed actors.
def check_actor_pids:
  equal("the actors' pids"; $facts[$expect.actor_pids] | sort; lines("flush") | map(.actor.pid) | sort);

def check_rulesets:
  lines("ruleset") as $seen
  | assert("ruleset lines"; $expect.rulesets; $seen | map({op, hooks, family, actor: .actor.comm});
      all($expect.rulesets[]; . as $w | any($seen[]; like($w))));

def check_because:
  (told | .[0]) as $reset
  | evidence($reset) as $evidence
  | $expect.because as $want
  | ($evidence | map(select(.type == "flush")) | .[0]) as $flush
  | ($evidence | map(select(.type == $want.type)) | .[0]) as $link
  | equal("because leads to the flush"; $expect.flush.cause; $flush.cause),
    equal("because leads to the \($want.type)"; ($want | del(.actor));
      ($link // {} | . as $l | $want | del(.actor) | with_entries(.value = $l[.key]))),
    (if ($want.actor | type) == "object" then
       assert("its actor"; $want.actor; $link.actor; $link.actor | like($want.actor))
     else equal("its actor"; comm($want.actor); $link.actor.comm) end),
    (if $want.actor == "networkd" then equal("its actor's pid"; $facts.networkd_pid; $link.actor.pid) else empty end),
    assert("cause before flush before reset"; "in order"; [$link.mono_ns, $flush.mono_ns, $reset.mono_ns];
      [$link, $flush, $reset] | all(. != null) and $link.mono_ns <= $flush.mono_ns and $flush.mono_ns <= $reset.mono_ns);

# Of the resets that this node sent; null stands for "not said".
def check_victims:
  [lines("reset")[] | .victim // empty | select(.pid or .socket_state)] as $victims
  | equal("the victims"; $expect.victims; counted($victims; $expect.victims; [])),
    equal("no other victim"; [$expect.victims[].count] | add // 0; $victims | length);

# at_risk: how many at the end; at_risk_found: how many there were at any time.
def check_at_risk:
  (lines("at_risk")) as $found
  | (lines("risk_over")) as $over
  | equal("summary.at_risk"; $expect.at_risk; .[-1].at_risk),
    (if $expect.at_risk_found then equal("flows found to be at risk"; $expect.at_risk_found; $found | length) else empty end),
    equal("found less over is what is left"; $expect.at_risk; ($found | length) - ($over | length)),
    equal("each once"; $found | length; $found | map(.flow.orig) | unique | length),
    (if $expect.risk_over then equal("why they are not any more"; $expect.risk_over;
      $over | group_by(.how) | map({key: .[0].how, value: length}) | from_entries) else empty end),
    assert("each names its flush, or its own address's removal, before it"; "a flush"; [$found[] | .flush // .by];
      . as $all | $found | all(. as $r | ($all | map(select((.type == "flush" and .id == $r.flush) or (.type == "address" and .id == $r.by))) | .[0]) as $f
        | $f != null and $f.mono_ns <= $r.mono_ns)),
    (if $facts.audit_after then
       equal("--audit says the same flows"; $found | map(select(.id as $id | $over | all(.at_risk != $id)) | .flow.orig) | sort;
         $facts.audit_after) else empty end),
    (if $expect.at_risk_victims then
       equal("who is at risk"; $expect.at_risk_victims; counted($found | map(.victim // {}); $expect.at_risk_victims; [])) else empty end);

# Of what is advised: a line that matches each of "some", and none of "none".
def check_advice:
  [.[-1].advice[]?] as $advice
  | ($expect.advice.some[]? as $want
      | assert("advice that says \($want)"; $want; $advice; any($advice[]; test($want)))),
    ($expect.advice.none[]? as $want
      | assert("no advice says \($want)"; []; $advice | map(select(test($want))); all($advice[]; test($want) | not)));

# Keys of the last line that an expectation names.
def check_totals:
  .[-1] as $summary | $expect.summary | to_entries[]
  | equal("summary.\(.key)"; .value; $summary[.key]);

# Stories of the last line: one like each that is named.
def check_stories:
  [.[-1].stories[]?] as $stories
  | $expect.stories[] | . as $want
  | equal("one story like \($want | tojson)"; 1; [$stories[] | select(like($want))] | length);

# Lines of any type: "count" of those that are as it says; without a count, one or more.
def check_lines:
  . as $all | $expect.lines[] | . as $want | (del(.count)) as $key
  | ([$all[] | select(like($key))] | length) as $n
  | assert("lines like \($key | tojson)"; $want.count // "some"; $n;
      if $want.count then $n == $want.count else $n > 0 end);

# The line of a log stands among the address lines where its time puts it, and not
# more than a second from the removal that it tells of: a file may stamp whole seconds.
# An earlier scenario's namespaces may still be losing theirs.
def check_log:
  map(select(.netns == $facts.netns or .type != "address"))
  | (lines("address") + lines("log") | sort_by(.mono_ns) | map([.type, .mono_ns])) as $by_time
  | (map(select(.type == "address" or .type == "log")) | map([.type, .mono_ns])) as $as_told
  | (lines("log") | map(select(.line // "" | contains($expect.log.line)))) as $said
  | (lines("address") | map(select(.op == "remove")) | .[0].mono_ns) as $removed
  | equal("the log line, once"; [$expect.log.rule]; $said | map(.rule)),
    assert("with the removal"; $removed; $said[0].mono_ns;
      $said[0].mono_ns != null and ($said[0].mono_ns - $removed | fabs) < 1e9),
    (if $expect.log.is_before then
       assert("before it"; $removed; $said[0].mono_ns; $said[0].mono_ns < $removed) else empty end),
    assert("log and address lines are told by time"; $by_time; $as_told; $by_time == $as_told),
    (if $expect.log.order then
       equal("each in its place"; $expect.log.order; $as_told | map(.[0])),
       equal("by its own stamp"; [null]; lines("log") | map(.read_time) | unique) else empty end),
    equal("it has no namespace"; [null]; $said | map(.netns));

def check_live:
  check_exit, check_summary, check_resets, check_namespaces,
  (if $expect.flow then check_flow else empty end),
  (if $expect.flush then check_flush elif $expect.flushes then check_flushes else check_no_flush end),
  (if $expect.storm then check_storm else empty end),
  (if $expect.stack then check_stack else empty end),
  (if $expect.rulesets then check_rulesets else empty end),
  (if $expect.addresses then check_addresses else empty end),
  (if $expect.actor_pids then check_actor_pids else empty end),
  (if $expect.because then check_because else empty end),
  (if $expect.log then check_log else empty end),
  (if $expect.victims then check_victims else empty end),
  (if $expect.advice then check_advice else empty end),
  (if $expect.summary then check_totals else empty end),
  (if $expect.stories then check_stories else empty end),
  (if $expect.lines then check_lines else empty end),
  (if $expect | has("at_risk") then check_at_risk else empty end);

# What was only counted has no id in a replay, which numbers what follows by itself; and no RST
# that is received is held to be one of them, where the live judge has forgotten which it sent.
def has_uncounted_ids: any(.[]; .type == "resets" and .verdict != "no-listener");
def evidence_kinds: . as $all | map(if .because then .because |= map(. as $id | $all | by_id($id) | [.type, .cause, .op]) else . end);
def judgements: (if has_uncounted_ids
    then evidence_kinds | map(if .direction == "received" then del(.confidence, .inferred) else . end) else . end)
  | lines("reset") | map({direction, netns, verdict, cause, confidence, because, inferred, reason, actor, packet, flow});
def risks: has_uncounted_ids as $u | lines("at_risk") | map({flow, flush: (if $u then null else .flush end), victim});
# A recording has the first that is only counted by itself, too.
def counted_ones: if has_uncounted_ids
  then lines("resets") | group_by([.netns, .verdict, .cause, .confidence, .family])
    | map({netns: .[0].netns, verdict: .[0].verdict, cause: .[0].cause, confidence: .[0].confidence, family: .[0].family, count: (map(.count) | add)})
  else lines("resets") | map(del(.id)) end;
def check_replay:
  equal("replay: exit status"; $live_status; $status),
  equal("replay: the same resets"; ($live | judgements); judgements),
  equal("replay: the same counts"; ($live[-1] | {resets, removals, flushes, at_risk}); (.[-1] | {resets, removals, flushes, at_risk})),
  equal("replay: the same counted ones"; $live | counted_ones; counted_ones),
  equal("replay: the same log lines"; $live | lines("log") | map({source, rule, line, mono_ns}); lines("log") | map({source, rule, line, mono_ns})),
  equal("replay: the same victims"; $live | map(select(.type == "reset") | .victim); map(select(.type == "reset") | .victim)),
  equal("replay: the same flows at risk"; $live | risks; risks),
  equal("replay: and the same are not any more"; $live | lines("risk_over") | map({how, flow}); lines("risk_over") | map({how, flow}));
