# SPDX-License-Identifier: GPL-2.0-only
# Read behind check.jq. A program that is not in $expect.insns has no measure yet: write it
# there. Before 5.16 the kernel tells none of it (0).

def check_own:
  check_exit, check_summary,
  assert("programs are loaded"; "some"; $facts.insns | length; ($facts.insns | length) > 5),
  ($facts.insns | to_entries[] | select(.value > 0)
    | assert("instructions of \(.key), at most twice as many"; $expect.insns[.key]; .value;
        ($expect.insns[.key] // 0) * 2 >= .value));
