# SPDX-License-Identifier: GPL-2.0-only
# Read behind check.jq. $expect.insns has the measures by the kernel's version: a program that is
# not there has none yet (tests/vm/insns -u writes them). A version that was not measured is held
# against 6.1's, as far as they go. Before 5.16 the kernel tells none of it (0).

def own: $expect.insns[$facts.kernel | capture("^(?<v>[0-9]+\\.[0-9]+)").v];
def measures: own // $expect.insns["6.1"];

def check_own:
  check_exit, check_summary,
  equal("programs without types"; 0; $facts.typeless),
  assert("programs are loaded"; "some"; $facts.insns | length; ($facts.insns | length) > 5),
  ($facts.insns | to_entries[] | select(.value > 0 and (own or measures[.key]))
    | assert("instructions of \(.key), at most twice as many"; measures[.key]; .value;
        (measures[.key] // 0) * 2 >= .value));
