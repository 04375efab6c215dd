# SPDX-License-Identifier: GPL-2.0-only
# One line for each reset that was expected or said: the truth and what was said,
# separated by a tab. Read after tests/vm/check.jq, which knows how an expectation
# picks its resets; $expect and $facts as there, the input is the array of rstblame's
# lines.

# A cause is part of the verdict where the entry was removed; else it is a detail,
# which check.jq looks at.
def said: .verdict + (if .verdict == "entry-removed" then "/" + (.cause // "?") else "" end);
def nothing: "-";
def pairs($truth; $said): range([$truth, $said] | map(length) | max) as $i
  | [$truth[$i] // nothing, $said[$i] // nothing] | @tsv;
def times($n): . as $one | [range($n) | $one];

# What the two have in common goes first, so that only what is left is paired off.
def without($other): reduce $other[] as $one (.; index([$one]) as $i | if $i then del(.[$i]) else . end);
def matched($truth; $said):
  ($truth | without($truth | without($said))) as $common
  | pairs($common; $common), pairs($truth | without($common); $said | without($common));

def truth:
  told as $resets
  # Those that say which resets they are about: each of these is what they say.
  | ($expect.resets[] | select(.of) | . as $want
      | matched(said | times($want.count); $resets | subject($want) | map(said))),
    # The others, together.
    ([$expect.resets[] | select(.of)] as $picking
      | matched([$expect.resets[] | select(.of | not) | . as $want | said | times($want.count)] | add // [];
          $resets | map(select(. as $r | any($picking[]; . as $w | [$r] | subject($w) | length > 0) | not)) | map(said)));

def blamed: ["entry-removed", "entry-unknown", "entry-invalid", "entry-bypassed"];
# A scenario of innocents ends with 0, whatever else it says.
def innocent_is_blamed:
  ([$expect.status] | flatten | max) == 0
  and (.[-1].status != 0 or any(lines("reset")[]; .verdict as $v | blamed | index($v)));
