# SPDX-License-Identifier: GPL-2.0-only
# What the README shows of the incident's report: of the timeline the links of the chain,
# then the verdict, and the first advice.
/^[0-9][0-9]:[0-9][0-9]:/ { show = $2 ~ /^(address|flush|RESET)$/ }
/^VERDICT/ { show = 1; print "" }
/^(COUNTS|LOST|NOT SEEN)/ { show = 0 }
/^WHAT TO DO/ { show = 1 }
/^  - / && ++advice > 1 { show = 0 }
show
