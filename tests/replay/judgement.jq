# SPDX-License-Identifier: GPL-2.0-only
# What matters of a report, from its lines as an array; $status is the exit status.

def by_id($id): map(select(.id == $id and .type != "reset")) | .[0];

# A link of a chain, in a few words.
def link:
  if .type == "flush" then "flush \(.cause) \(.entries)"
  elif . == null then "nothing that was shown"
  else "\(.type) \(.op) \(.address // .ifname) \(.actor.comm // "nobody")" end;

. as $all
| .[-1] as $summary
| {
    status: $status,
    resets: map(select(.type == "reset")
      | [.verdict, .cause, .confidence, .actor.comm, [.because[] as $id | $all | by_id($id) | link]]),
    flushes: map(select(.type == "flush" and (.ongoing | not)) | "\(.cause) \(.entries)"),
    lost: ([$summary.lost[]?] | add // 0)
  }
| if ($summary.at_risk // 0) > 0 then .at_risk = $summary.at_risk else . end
| if $summary.resets_counted then
    .counted = $summary.resets_counted | .no_listener = $summary.resets["no-listener"]
    | .resets |= map(select(.[0] != "no-listener"))
  else . end
| if $summary.type != "summary" then .error = "the last line is no summary" else . end
| if $summary.status != $status then .error = "summary.status is \($summary.status)" else . end
