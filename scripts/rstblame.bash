# SPDX-License-Identifier: GPL-2.0-only
# bash completion for rstblame; tests/words/manual compares it with --help.

_rstblame() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local options='--duration --count --format --output --write --read --netns --check
		--audit --log --btf --no-pin --utc --stack --verbose --quiet --help --version'

	COMPREPLY=()
	case $previous in
	-f | --format) mapfile -t COMPREPLY < <(compgen -W 'text json html' -- "$current") ;;
	-d | --duration) mapfile -t COMPREPLY < <(compgen -W '5m 15m 30m 1h' -- "$current") ;;
	-o | -w | -r | --output | --write | --read | --btf)
		mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
	--netns)
		mapfile -t COMPREPLY < <(compgen -W "$(ip netns list 2>/dev/null | cut -d' ' -f1)" -- "$current") ;;
	*)
		if [[ $current == -* ]]; then mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current"); fi ;;
	esac
}
complete -o default -F _rstblame rstblame
