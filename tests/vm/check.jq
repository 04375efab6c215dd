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

# The kernel's own comm is cut at 15 characters; a fact holds networkd's.
def comm($actor): if $actor == "networkd" then $facts.networkd_comm else $actor end;

# Count by those keys that the expectation names: what it leaves out may be
# anything.
def counted($resets; $like):
  $like | map(. as $want | (del(.count)) as $key
    | $key + {count: ($resets | map(select(. as $r | $key | to_entries | all($r[.key] == .value))) | length)});

def groups($resets):
  $resets | map({verdict, cause, confidence}) | group_by(.) | map(.[0] + {count: length});

# Every id that a reset's "because" leads to, through "by" as well.
def evidence($reset):
  . as $all
  | [$reset.because[]? | . as $id | $all | by_id($id) | select(.)
     | ., (.by? // empty | . as $by | $all | by_id($by) | select(.))];

def check_provocation:
  equal("the node sent \($expect.rsts) RST"; $expect.rsts; $facts.rsts_root),
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
    assert("nothing lost"; 0; $last.lost;
      ($last.lost | type) == "object" and ([$last.lost[]] | all(. == 0)));

def check_resets:
  lines("reset") as $resets
  | .[-1] as $summary
  | equal("one reset line for each RST of all namespaces";
      $facts.rsts_root + $facts.rsts_c1 + $facts.rsts_srv; $resets | map(select(.direction != "received")) | length),
    assert("resets by verdict, cause and confidence"; $expect.resets; groups($resets);
      counted($resets; $expect.resets) == $expect.resets
      and ([$expect.resets[].count] | add // 0) == ($resets | length)),
    equal("summary.resets counts them"; ($resets | group_by(.verdict) | map({key: .[0].verdict, value: length}) | from_entries);
      ($summary.resets // {} | with_entries(select(.value != 0)))),
    equal("in the node's namespace"; ($resets | map($facts.netns)); ($resets | map(.netns)));

def check_flow:
  (lines("reset") | .[0]) as $reset
  | $facts.flow_orig as $orig
  | equal("flow.orig is the container's tuple"; $orig; $reset.flow.orig),
    equal("the packet came from the server to the node's address";
      {src: $orig.dst, sport: $orig.dport, dst: $expect.flow.node};
      ($reset.packet // {} | {src, sport, dst})),
    equal("the packet's tuple is the reply's"; ($reset.flow.reply); ($reset.packet // {} | {src, sport, dst, dport}));

def check_no_flush:
  equal("no flush removed anything"; 0; [lines("flush")[].entries] | add // 0);

def check_flush:
  (lines("flush") | map(select(.entries > 0))) as $flushes
  | equal("one flush"; [$expect.flush.cause]; ($flushes | map(.cause))),
    equal("it counts what conntrack -L had"; [$facts.flows_before, $facts.flows_before_tcp];
      ($flushes[0] | [.entries, .tcp_entries])),
    equal("summary.removals says so too"; $facts.flows_before; .[-1].removals[$expect.flush.cause]);

def check_because:
  (lines("reset") | .[0]) as $reset
  | evidence($reset) as $evidence
  | $expect.because as $want
  | ($evidence | map(select(.type == "flush")) | .[0]) as $flush
  | ($evidence | map(select(.type == $want.type)) | .[0]) as $link
  | equal("because leads to the flush"; $expect.flush.cause; $flush.cause),
    equal("because leads to the \($want.type)"; ($want | del(.actor));
      ($link // {} | . as $l | $want | del(.actor) | with_entries(.value = $l[.key]))),
    equal("its actor"; comm($want.actor); $link.actor.comm),
    (if $want.actor == "networkd" then equal("its actor's pid"; $facts.networkd_pid; $link.actor.pid) else empty end),
    assert("cause before flush before reset"; "in order"; [$link.mono_ns, $flush.mono_ns, $reset.mono_ns];
      [$link, $flush, $reset] | all(. != null) and $link.mono_ns <= $flush.mono_ns and $flush.mono_ns <= $reset.mono_ns);

def check_live:
  check_exit, check_summary, check_resets,
  (if $expect.flow then check_flow else empty end),
  (if $expect.flush then check_flush else check_no_flush end),
  (if $expect.because then check_because else empty end);

def judgements: lines("reset") | map({verdict, cause, confidence, because, inferred, actor, packet, flow});
def check_replay:
  equal("replay: exit status"; $live_status; $status),
  equal("replay: the same resets"; ($live | judgements); judgements),
  equal("replay: the same counts"; ($live[-1] | {resets, removals, flushes}); (.[-1] | {resets, removals, flushes}));
