# SPDX-License-Identifier: GPL-2.0-only
# An expectation (what judgement.jq made) as text for people: a reset a line, its chain below.

def spaced: if type == "array" then "[" + (map(spaced) | join(", ")) + "]" else tojson end;

def reset: "    [" + (.[:-1] | map(tojson) | join(", ")) + ","
  + (if (.[-1] | length) > 0 then "\n     " else " " end) + (.[-1] | spaced) + "]";

def value: if type == "array" and (.[0] | type) == "array"
  then "[\n" + (map(reset) | join(",\n")) + "\n  ]" else spaced end;

"{\n" + (to_entries | map("  \(.key | tojson): \(.value | value)") | join(",\n")) + "\n}"
