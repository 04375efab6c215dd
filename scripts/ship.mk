# SPDX-License-Identifier: GPL-2.0-only
# What leaves this tree: the static binary, the list of what is in it, the package.
# Included by the top Makefile.

static_program := $(O)/static/rstblame
# The archive of a library, here or in SYSROOT; empty: there is none.
archive_of = $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a))
# Debian 12 has none of libmnl: that of Debian 13 is fetched, once.
mnl = $(or $(call archive_of,mnl),$(addsuffix /usr/lib/$(shell $(CC) -dumpmachine)/libmnl.a,\
	$(shell scripts/fetch-root trixie $(if $(filter arm64,$(arch)),arm64,amd64) archives)))
# libelf is compressed by zstd from 0.189 on. Names: see alone.c.
static_libs = -lbpf -lelf -lz $(if $(call archive_of,zstd),-lzstd) -lyajl_s -lcap-ng $(mnl) -lpcap -lpthread
static_ldflags := -static-pie -Wl,-z,relro,-z,now -Wl,--gc-sections -Wl,--build-id=sha1 -s

.PHONY: static
static: $(static_program) $(O)/static/rstblame.spdx.json ## build one file without any library

$(O)/static/alone.o: scripts/static/alone.c | tools
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(all_cflags) -MMD -MP -c -o $@ $<

# What the linker took is what the list below is made of.
$(static_program): $(user_objects) $(O)/static/alone.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(static_ldflags) -Wl,--trace -o $@ $^ $(static_libs) >$@.linked 2>$@.log || \
		{ cat $@.log >&2; exit 1; }

$(O)/static/rstblame.spdx.json: $(static_program) scripts/spdx
	$(call say,GEN,$@)
	$(Q)CC='$(CC)' COMMIT='$(COMMIT)' scripts/spdx $(static_program).linked >$@.tmp && mv $@.tmp $@

.PHONY: deb
deb: static ## a Debian package of the static binary
	$(call say,DEB,$(O)/deb)
	$(Q)rm -rf $(O)/deb && mkdir -p $(O)/deb && umask 022 && \
		$(MAKE) -s install installed_program=$(static_program) DESTDIR=$(abspath $(O))/deb/staged PREFIX=/usr && \
		scripts/make-deb $(O)/deb/staged $(O)/deb $(if $(filter arm64,$(arch)),arm64,amd64)

-include $(O)/static/alone.d
