# SPDX-License-Identifier: GPL-2.0-only
# Read behind check.jq: how many are lost is a matter of speed, that they are said is not.

def told_as_sent: ([.[] | select(.type == "reset" and .direction == "sent")] | length)
  + ([.[] | select(.type == "resets") | .count] | add // 0);

def check_own:
  .[-1] as $summary | ([$summary.lost[]] | add // 0) as $lost
  | check_exit,
    equal("summary.status is the exit status"; $status; $summary.status),
    assert("resets were lost"; "some"; $lost; $lost > 0),
    assert("a line says so"; "lost"; [lines("lost")[] | .probe]; (lines("lost") | length) > 0),
    assert("what is said and what is lost is all that was sent"; $facts.rsts_root; [told_as_sent, $lost];
      told_as_sent < $facts.rsts_root and told_as_sent + $lost >= $facts.rsts_root),
    assert("no wrong proof"; "no-listener, remote, or the flush"; [lines("reset")[] | select(.confidence == "proven") | [.verdict, .cause]] | unique;
      all(lines("reset")[] | select(.confidence == "proven");
        .cause == "user-flush" or (.verdict | IN("no-listener", "remote"))));
