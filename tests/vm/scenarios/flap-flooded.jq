# SPDX-License-Identifier: GPL-2.0-only
# Read behind check.jq: whoever floods a slow guest may keep the look for the victim from its
# time, and then that is said.

def is_victim: .look == "late" or (.comm == "tcpend" and .netns_name == "c1" and .socket_state == "ESTABLISHED");

def check_own:
  check_live,
  ([lines("reset")[] | select(.verdict == "entry-removed") | .victim] as $victims
    | assert("the victim, or that it was looked for too late"; "tcpend in c1"; $victims; $victims | length == 1 and all(.[]; is_victim)));
