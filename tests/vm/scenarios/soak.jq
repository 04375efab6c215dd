# SPDX-License-Identifier: GPL-2.0-only
# What is judged of a soak instead of one incident's: read behind check.jq. The truth of
# each incident is in $facts.soak, and its resets are found by its ports.

def ports_each: 5;
def rss_slack_kb: 8192;

def inum($name): if $name == "root" then $facts.netns else $facts["netns_\($name)"] end;
# A verdict in a word.
def what: if . == null or .verdict == null then "nothing" else .verdict + (if .cause then "/" + .cause else "" end) end;

def ports: [.packet.sport, .packet.dport, .flow.orig.sport, .flow.orig.dport] | map(select(. != null));
# What is true of an incident that could not be made is not known: nothing is judged of it.
def made: $facts.soak | map(select(.made));

# Ports of none of the incidents are null's.
def incident_of($starts): first(ports[] | tostring | $starts[.] // empty) // null;
def starts: $facts.soak | map(. as $i | range($i.port; $i.port + (if $i.kind == "fixed" then 1 else ports_each end))
  | {key: tostring, value: $i.id}) | from_entries;

# A scan's are counted in part, by port.
def counted_ports: [.[] | select(.type == "resets") | .netns as $n | .verdict as $v | .ports[]?
  | . as $p | range($p.count) | {netns: $n, verdict: $v, packet: {dport: $p.port}, flow: {}, direction: "sent", confidence: "proven"}];

# [{truth, said, proven, id}]: one for each reset that was due or said, of the namespace
# that the incident is about.
def without($other): reduce $other[] as $one (.; index([$one]) as $i | if $i then del(.[$i]) else . end);
def judged_resets:
  starts as $starts
  | (map(select(.type == "reset" and .direction == "sent")) + counted_ports
      | map(. + {incident: incident_of($starts)})) as $sent
  | ($sent | group_by(.incident) | map({key: (.[0].incident | tostring), value: .}) | from_entries) as $by_id
  | made[] | . as $i
  | [($by_id[$i.id | tostring] // [])[] | select(.netns == inum($i.netns))] as $said
  | ($i | what) as $truth
  | [$said[] | select(what == $truth)] as $right | [$said[] | select(what != $truth)] as $wrong
  | ([$right[] | {truth: $truth, said: what, proven: (.confidence == "proven"), id: $i.id}]
     + [range([($i.count - ($right | length)), 0, ($wrong | length)] | sort | .[1:] | max) as $k
        | {truth: (if $k < $i.count - ($right | length) then $truth else "nothing" end),
           said: ($wrong[$k] // null | what), proven: ($wrong[$k].confidence == "proven"), id: $i.id}])[];

# What the ends of an incident say to each other elsewhere is no removal's doing.
def blames: .verdict | IN("entry-removed", "entry-unknown", "entry-invalid", "entry-bypassed");
def stray_blames:
  starts as $starts | ($facts.soak | map({key: (.id | tostring), value: .}) | from_entries) as $truth
  | map(select(.type == "reset" and blames and .confidence == "proven" and .direction == "sent"))
  | map((incident_of($starts) | tostring) as $id | select($truth[$id] == null or ($truth[$id].made and .netns != inum($truth[$id].netns))));

def matrix: [judged_resets] | group_by([.truth, .said])
  | map({truth: .[0].truth, said: .[0].said, count: length, proven: (map(select(.proven)) | length)});

def sent_by_kernel: $facts.rsts_root + $facts.rsts_c1 + $facts.rsts_srv;
def told_as_sent: ([.[] | select(.type == "reset" and .direction == "sent")] | length)
  + ([.[] | select(.type == "resets") | .count] | add // 0);

def check_own:
  . as $all | .[-1] as $summary
  | [judged_resets] as $judged
  | ($summary.lost | [.[]] | add // 0) as $lost
  | check_exit,
    equal("the last line is the summary, its status the exit's"; ["summary", $status]; [$summary.type, $summary.status]),
    assert("incidents"; "one or more"; $facts.incidents; $facts.incidents > 0),
    assert("incidents that could not be made are one in eight at most"; []; $facts.soak | map(select(.made | not) | {id, kind, why});
      ($facts.soak | length) >= 8 * (($facts.soak | length) - (made | length)) or ($facts.soak | length) < 8),
    # Else the generator does not know the truth.
    equal("each incident made the node send what it should"; [];
      [made[] | select(.netns == "root" and .sent != .count) | {id, kind, count, sent}]),
    equal("no proven verdict is wrong"; []; [$judged[] | select(.proven and .truth != .said)]),
    equal("nothing is blamed elsewhere"; []; stray_blames | map({verdict, cause, packet, netns})),
    assert("each reset is said, or a loss"; sent_by_kernel; told_as_sent + $lost;
      told_as_sent == sent_by_kernel or $lost > 0),
    assert("none is missing, but for losses"; []; [$judged[] | select(.said == "nothing")];
      $lost > 0 or all($judged[]; .said != "nothing")),
    equal("none is wrong, but for losses"; []; if $lost > 0 then [] else [$judged[] | select(.truth != .said)] end),
    ([made[].rss_kb] as $rss | ($rss | length) as $n
      | if $n < 8 then empty
        else ($rss[($n / 4 | floor):($n / 2 | floor)] | max) as $early | ($rss[($n * 3 / 4 | floor):] | max) as $late
          | assert("its memory stays (kB)"; "\($early) + \(rss_slack_kb)"; $late; $late <= $early + rss_slack_kb) end);
