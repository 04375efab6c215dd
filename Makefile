# SPDX-License-Identifier: GPL-2.0-only
# make help lists the goals and variables, from the comments behind ## here, in
# scripts/ship.mk and in tests/*/*.mk.

## O=DIR             build elsewhere than in build/
## V=1               show the commands
## WERROR=1          warnings are errors, as in CI
## CFLAGS= LDFLAGS=  for user space, after our own
## CROSS_COMPILE=    aarch64-linux-gnu- builds for arm64,
## SYSROOT=DIR       with its libraries: scripts/fetch-root bookworm arm64 guest makes one
O ?= build
V ?= 0
# Below this tree always named from it: what the compilers' .d files name must be what the
# rules name, whoever says it absolutely.
override O := $(patsubst $(CURDIR)/%,%,$(abspath $(O)))
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
## KERNEL=sid        which kernel (Debian's suite) tests and benches boot
KERNEL ?= bookworm
## COMMIT=           what --version says of a tree that is no clone
## TIMES=10          how often
TIMES ?= 1
# Where headers and libraries for it are, if not among this machine's.
SYSROOT ?=
CC := $(CROSS_COMPILE)gcc$(if $(SYSROOT), --sysroot=$(SYSROOT))
CLANG ?= clang
# bpftool runs here, whatever is built for.
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)';)
# Installs what the goal needs ($(1) of scripts/install-deps), then builds.
ready = +$(Q)scripts/install-deps $(1) && $(MAKE) --no-print-directory all

.PHONY: all help
all:

help: ## list goals and variables
	$(Q)awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 } \
		sub(/^## /, "") { variables = variables "  " $$0 "\n" } \
		END { printf "\nVariables:\n%s", variables }' Makefile scripts/ship.mk $$(ls -r tests/*/*.mk)

# ---- how it is compiled ----

arch := $(if $(filter aarch64-%,$(shell $(CC) -dumpmachine 2>/dev/null)),arm64,x86_64)
bpf_arch := $(if $(filter arm64,$(arch)),arm64,x86)

# The program runs as root and reads what others send. Fortify wants an optimiser, and a
# level that CFLAGS or CPPFLAGS bring counts.
flags_given := $(CPPFLAGS) $(CFLAGS) $(SANITIZE)
fortify := $(if $(findstring _FORTIFY_SOURCE,$(flags_given)),,$(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),\
	$(if $(SANITIZE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)))
hardening_cflags := -fPIE -fstack-protector-strong -fstack-clash-protection $(fortify) \
	$(if $(filter arm64,$(arch)),-mbranch-protection=standard,-fcf-protection)
hardening_ldflags := $(if $(filter -static,$(LDFLAGS)),,-pie) -Wl,-z,relro,-z,now

warnings := -Wall -Wextra -Werror=implicit-function-declaration -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wconversion $(if $(WERROR),-Werror)
# No path of the machine that built it.
prefix_map := -ffile-prefix-map=$(abspath $(O))=build -ffile-prefix-map=$(CURDIR)=.
base_cflags := -std=gnu11 -D_GNU_SOURCE -Iuser -I. -I$(O) $(prefix_map) $(warnings)
# Nothing unwinds it: debuggers have -g's own tables.
all_cflags := $(base_cflags) $(hardening_cflags) -fno-asynchronous-unwind-tables $(flags_given)
all_ldflags := $(hardening_ldflags) $(LDFLAGS)
bpf_cflags := -target bpf -g -O2 -mcpu=v2 -Wall $(if $(WERROR),-Werror) $(prefix_map) \
	-D__TARGET_ARCH_$(bpf_arch) -Ivmlinux/$(arch) -Ibpf
libs := -lbpf -lelf -lz -lyajl -lcap-ng -lmnl -lpcap -lpthread

# Definitions first: libbpf 1.1's linker keeps the offset 0 of an extern map that it
# meets before its definition.
# The walk over all sockets is an object of its own: it is loaded later, and another kernel may have none.
bpf_sources := bpf/shared.bpf.c $(filter-out bpf/shared.bpf.c bpf/sockets.bpf.c,$(sort $(wildcard bpf/*.bpf.c)))
bpf_objects := $(patsubst bpf/%.c,$(O)/bpf/%.o,$(bpf_sources))
user_sources := $(sort $(wildcard user/*.c user/*/*.c user/*/*/*.c))
user_objects := $(user_sources:%.c=$(O)/%.o)
# What runs without libbpf and without privilege: the unit tests' half.
core_objects := $(filter-out $(O)/user/main.o $(O)/user/attach/% $(O)/user/session/%,$(user_objects))
skeleton := $(O)/rstblame.skel.h $(O)/rstblame.packed.h $(O)/sockets.packed.h
program := $(if $(filter build,$(O)),rstblame,$(O)/rstblame)

# What compiles asks for its tools first; no other goal needs them.
.PHONY: tools
tools:
	$(Q)missing=; for tool in $(firstword $(CC)) $(CLANG) $(BPFTOOL); do \
		command -v $$tool >/dev/null || missing="$$missing $$tool"; \
	done; [ -z "$$missing" ] || { echo "missing:$$missing; on Debian, as root: make deps" >&2; exit 1; }

all: $(program) ## build ./rstblame
	@:

$(program): $(user_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(all_ldflags) -o $@ $^ $(libs)

$(O)/user/%.o: user/%.c | tools
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(all_cflags) -MMD -MP -c -o $@ $<

$(patsubst user/%.c,$(O)/user/%.o,$(wildcard user/attach/*.c)): | $(skeleton)

$(O)/user/session/version.o: $(O)/session/commit.h

# Which commit it is built from: that of a tarball is told by COMMIT=.
COMMIT ?= $(shell git -C $(CURDIR) describe --always --dirty --exclude='*' --abbrev=12 2>/dev/null)
.PHONY: FORCE
$(O)/session/commit.h: FORCE
	$(Q)mkdir -p $(@D) && echo '#define RSTBLAME_COMMIT "$(COMMIT)"' >$@.tmp && \
		{ cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@; }

# The assembler takes the page's style in, which no compiler tells make.
$(addsuffix /user/report/html/style.o,$(O) $(O)/unit $(O)/fuzz): user/report/html/style.css

$(O)/bpf/%.o: bpf/%.c | tools
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D) && $(CLANG) $(bpf_cflags) -MMD -MP -c -o $@ $<

$(O)/rstblame.bpf.o: $(bpf_objects)
$(O)/sockets.bpf.o: $(O)/bpf/sockets.bpf.o
$(O)/%.bpf.o:
	$(call say,GEN,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

# A header of the system: what is generated is not warned of. The object itself is taken out
# of it: most of the program, and a fifth of that when it is packed (user/attach/bpf_object.c).
$(O)/%.skel.h: $(O)/%.bpf.o Makefile
	$(call say,GEN,$@)
	$(Q)(echo '#pragma GCC system_header' && $(BPFTOOL) gen skeleton $< name $*_bpf) >$@.tmp && \
		sed -i -e '/^static .*__elf_bytes(size_t \*sz)$$/,/^}/d' \
			-e 's/^static inline \(const void \*[a-z_]*__elf_bytes(size_t \*sz);\)/\1/' $@.tmp && mv $@.tmp $@

$(O)/%.packed.h: $(O)/%.bpf.o
	$(call say,GEN,$@)
	$(Q)gzip -9nc $< | od -An -v -tx1 | sed 's/ \(..\)/0x\1,/g' >$@.tmp && mv $@.tmp $@

-include $(user_objects:.o=.d) $(bpf_objects:.o=.d) $(O)/bpf/sockets.bpf.d

# ---- upkeep ----

.PHONY: deps install uninstall format check-format vmlinux schema completions clean
deps: ## install what the build needs (Debian, as root)
	$(Q)scripts/install-deps build

completions := 644:scripts/completions/rstblame.bash:share/bash-completion/completions/rstblame \
	644:scripts/completions/_rstblame:share/zsh/site-functions/_rstblame \
	644:scripts/completions/rstblame.fish:share/fish/vendor_completions.d/rstblame.fish
# MODE:FILE:PLACE
installed_program = $(program)
installed = 755:$(installed_program):sbin/rstblame $(completions) \
	644:user/record/rstblame.schema.json:share/rstblame/rstblame.schema.json \
	$(foreach u,$(wildcard scripts/systemd/*),644:$(u):lib/systemd/system/$(notdir $(u))) \
	644:scripts/prometheus/rstblame.rules.yml:share/doc/rstblame/rstblame.rules.yml \
	644:CHANGELOG.md:share/doc/rstblame/NEWS $(addprefix 644:,$(addsuffix :share/doc/rstblame/rstblame.spdx.json,\
		$(wildcard $(dir $(installed_program))rstblame.spdx.json))) \
	$(foreach m,$(wildcard user/rstblame*.[1-9]),644:$(m):share/man/man$(subst .,,$(suffix $(m)))/$(notdir $(m)))
field = $(word $(1),$(subst :, ,$(2)))

install: $(installed_program) ## install program, manual and completion; DESTDIR= and PREFIX= as usual
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)set -e; $(foreach i,$(installed),install -D -m $(call field,1,$(i)) $(call field,2,$(i)) \
		'$(DESTDIR)$(PREFIX)/$(call field,3,$(i))';)

uninstall: ## remove what install put there
	$(Q)rm -f $(foreach i,$(installed),'$(DESTDIR)$(PREFIX)/$(call field,3,$(i))')

c_files := $(wildcard bpf/*.[ch] user/*.[ch] user/*/*.[ch] user/*/*/*.[ch] tests/*/*.[ch] tests/*/*/*.[ch] scripts/*.[ch])
CLANG_FORMAT ?= $(firstword $(foreach f,clang-format-14 clang-format,$(shell command -v $(f))))
format: ## clang-format all sources
	$(Q)$(CLANG_FORMAT) -i $(c_files)

check-format: ## fail if format would change a file
	$(Q)$(CLANG_FORMAT) --dry-run -Werror $(c_files) || { echo "run make format" >&2; exit 1; }

vmlinux: ## generate the kernel's types in vmlinux/ again
	$(Q)scripts/gen-vmlinux

schema: all $(O)/gen-schema ## generate the JSON Schema of reports and recordings again
	$(Q)$(O)/gen-schema >$(O)/schema.json && mv $(O)/schema.json user/record/rstblame.schema.json

completions: $(O)/gen-completions ## generate the shells' completions again
	$(Q)cd scripts/completions && for f in rstblame.bash _rstblame rstblame.fish; do \
		$(abspath $<) $$f >$$f.tmp && mv $$f.tmp $$f || exit 1; done

$(O)/gen-schema $(O)/gen-completions: $(O)/%: scripts/%.c $(core_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(all_cflags) $(LDFLAGS) -o $@ $^ $(libs) -ljansson

clean: ## remove what was built
	$(Q)rm -rf $(O) $(program)

# Where make bench leaves what it measured: its halves are included in no special order.
bench_out := $(O)/bench

-include scripts/ship.mk $(wildcard tests/*/*.mk)
