# SPDX-License-Identifier: GPL-2.0-only
# What a trial of settings.sh came to. Input: the lines of its window. $err: the messages
# beside them; $checked: the line of --check; $proven: what --check proves where nothing is
# refused, a probe a line; $status and $check: the exit statuses; $pattern, $wanted: see trial.

def lines($type): map(select(.type == $type));

# Innocent or guilty, a verdict that is not this one must not be proven. "SILENT": less was
# seen than there was, and the window's status is not 3.
def judged($resets; $count; $verdict; $cause; $actor):
  ($resets | map(select(.verdict == $verdict and .cause == $cause and ($actor == null or .actor.comm == $actor)))) as $as_is
  | if ($as_is | map(select(.confidence == "proven")) | length) == $count and ($resets | length) == $count then "right"
    elif any($resets[]; .confidence == "proven" and (.verdict != $verdict or .cause != $cause)) then "WRONG"
    elif any($resets[]; .confidence == "proven" and $actor != null and .actor != null and .actor.comm != $actor) then "WRONG"
    elif $status == 3 then "told"
    elif ($resets | length) < $count then "SILENT"
    elif all($resets[]; .confidence == "proven" or (.inferred // [] | length) > 0) then "told"
    else "SILENT" end;

($checked | fromjson? // {}) as $table
| lines("start") as $starts
| (lines("reset") | map(select(.direction != "received"))) as $sent
| .[-1] as $summary
| ($sent | map(select(.packet.sport? == 7001))) as $flap
| ($sent | map(select(.packet.sport? == 7002))) as $flush
| ($sent | map(select(.packet.dport? as $p | [8001, 8002, 8003] | index([$p])))) as $reset
| ($flap + $flush | map(.victim // {} | select(.comm == "tcpend")) | length) as $victims
# Whose socket it was is in the removal, which cannot be observed: that is said of the reset.
| ($flap + $flush | map(select((.victim.comm? // "") != "tcpend"))
	| all(.verdict == "entry-unknown" and (.inferred // [] | index("removal-unobservable") != null))) as $is_untellable
# A machine that is too busy to look in time says so, too.
| any($flap[], $flush[]; .victim.look? == "late") as $is_late
| ([$table.probes[]? | select(.state == "proven").name] | sort) as $seen
| {
    flap: judged($flap; 2; "entry-removed"; "address-removed"; null),
    flush: judged($flush; 2; "entry-removed"; "user-flush"; "conntrack"),
    reset: judged($reset; 3; "no-listener"; null; null),
    victim: (if $victims == 4 then "right"
      elif $status == 3 or ($err | test("stay unknown|not looked up")) or ($summary.sockets_unseen // 0) > 0 or $is_late or $is_untellable then "told"
      else "SILENT" end),
    # Where --check cannot say "right", it says what lacks.
    check: (if $check == 0 and (($proven | split("\n") | map(select(. != ""))) - $seen | length) == 0 then "right"
      elif $check == 0 then "SILENT"
      elif ($table.conclusion // $table.why // "") != "" then "told" else "SILENT" end),
    status: $status, check_status: $check,
    headline: ($summary.headline // $summary.why // $summary.message // null),
    conclusion: $table.conclusion,
    inferred: ([$sent[].inferred[]?] | unique),
    unproven: (($proven | split("\n") | map(select(. != ""))) - $seen)
  }
# A told one is told with the cause and its cure, in the window's words and in --check's.
| .has_pattern = ($pattern == "" or ([.flap, .flush, .reset, .victim] | all(. == "right")) or ($err + ($summary | tojson) + ($starts | tojson) | test($pattern)))
| .check_has_pattern = ($pattern == "" or .check == "right" or ($checked | test($pattern)))
| .is_as_wanted = (.has_pattern and .check_has_pattern
    and ([.flap, .flush, .reset, .victim, .check] as $got
      | all(range(5); . as $i | $wanted[$i:$i + 1] as $w
        | $got[$i] == ({R: (if $is_late and $i == 3 then "told" else "right" end), T: "told"}[$w] // $got[$i]) and ($got[$i] | IN("right", "told")))))
