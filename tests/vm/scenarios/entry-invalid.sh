# SPDX-License-Identifier: GPL-2.0-only
# The entry is alive, but a segment from the server is far out of the window (a
# duplicate from long ago, another path's stray): conntrack judges it INVALID, it
# is not translated, and the node answers for the container. Three times.

. /guest/invalid.sh
setup() { invalid_setup 4; }
act() { invalid_act; }
