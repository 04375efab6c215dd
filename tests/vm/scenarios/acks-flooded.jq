# SPDX-License-Identifier: GPL-2.0-only
# How many of the ACKs the rings took is a matter of speed: see check.jq.
def strays: map(select(.type == "reset" and .verdict != "entry-removed" and .confidence != "proven"));
def check_own:
  . as $all | .[-1] as $summary
  | check_exit,
    # Twice, where the first RST was lost in the flood, and the server said it again.
    equal("the flow is told in full"; [{verdict: "entry-removed", cause: "address-removed", confidence: "proven"}];
      [$all[] | select(.type == "reset" and .direction == "sent" and .packet.sport == 7001) | {verdict, cause, confidence}] | unique),
    ([$all[] | select(.type == "reset" and .direction == "sent" and .packet.sport == 7001)] | length) as $told
      | assert("and no oftener than it was reset"; "1 to 3"; $told; $told >= 1 and $told <= 3),
    assert("a hundred lines of each kind, and of none more than two minutes' "; "1 to 200";
      ($all | strays | group_by([.verdict, .netns, .confidence]) | map(length));
      ($all | strays | length) > 0 and ($all | strays | group_by([.verdict, .netns, .confidence]) | all(.[]; length <= 200))),
    assert("the others are counted"; "some"; [$all[] | select(.type == "resets") | .count];
      any($all[]; .type == "resets" and .verdict != "no-listener" and .count > 0)),
    equal("lines and counts are the summary's"; [$summary.resets[]] | add;
      ([$all[] | select(.type == "reset" and .undelivered != "not-made")] | length) + ([$all[] | select(.type == "resets") | .count] | add // 0));
