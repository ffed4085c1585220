#!/bin/sh
# The completions load and complete in the shells that are here: bash always, zsh and fish where they are installed.
set -u
. "${PHONOND_SRCDIR:?the source folder}/tests/cli/lib.sh"

# The command as its users call it.
mkdir bin
ln -s "$(realpath "$PHONOND")" bin/phonond
PATH=$work/bin:$PATH
export PATH

# completes WANTED... -- WORD...: in bash, the last word as it stands is completed to all that are wanted
completes() {
	wanted=
	while [ "$1" != -- ]; do
		wanted="$wanted $1"
		shift
	done
	shift
	bash -c '. "$PHONOND_SRCDIR/completions/phonond.bash"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_phonond 2>/dev/null
		printf "%s\n" "${COMPREPLY[@]}"' completion "$@" >words
	for word in $wanted; do
		grep -qxF -e "$word" words || { echo "  '$*' lacks '$word': $(tr '\n' ' ' <words)" && return 1; }
	done
}

touch one.ph two.ph
ok "bash: commands" completes serve render watch plot check fmt -- phonond ""
ok "bash: the begin of one" completes render -- phonond re
ok "bash: nothing else" test "$(cat words)" = render
ok "bash: options" completes --cycles --out-dir --server --json -- phonond render --
ok "bash: of serve, all of them" completes --max-body --webhook-allow -- phonond serve --
ok "bash: words of an option" completes wav flac vorbis opus -- phonond render --format ""
ok "bash: behind an equals sign" completes flac -- phonond render --format = f
ok "bash: files" completes one.ph two.ph -- phonond render ""
ok "bash: what is done with keys" completes create rotate -- phonond keys ""

if command -v zsh >/dev/null 2>&1; then
	ok "zsh: loads" zsh -f -c "fpath=($PHONOND_SRCDIR/completions \$fpath); autoload -Uz compinit && compinit -u -d $work/dump && whence -w _phonond >/dev/null && autoload +X _phonond && [[ \$_comps[phonond] == _phonond ]]"
fi
if command -v fish >/dev/null 2>&1; then
	ok "fish: options" sh -c 'HOME=$PWD fish -N -c "source $PHONOND_SRCDIR/completions/phonond.fish; complete -C \"phonond render --\"" | grep -q -e "^--out-dir"'
	ok "fish: commands" sh -c 'HOME=$PWD fish -N -c "source $PHONOND_SRCDIR/completions/phonond.fish; complete -C \"phonond re\"" | grep -q "^render"'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
