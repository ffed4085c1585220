# Completion of phonond(1) for bash. Commands and options are what `phonond --help` and `phonond COMMAND --help` say.

_phonond_options() {
	local help=--help
	[ "$2" = serve ] && help=--help-all
	"$1" "$2" "$help" 2>/dev/null | grep -oE -- '--[a-z][a-z-]*' | sort -u
}

_phonond_commands() {
	"$1" --help 2>/dev/null | sed -nE 's/^  ([a-z]+)  +[a-z].*/\1/p'
}

# What may follow an option that takes a word of a list.
_phonond_words() {
	case $1 in
	--format) echo "wav flac vorbis opus" ;;
	--subtype) echo "pcm_16 pcm_24 float_32" ;;
	--normalize) echo "none peak loudness" ;;
	--io) echo "auto uring pwrite" ;;
	--channels) echo "1 2" ;;
	--tail) echo "auto" ;;
	--show) echo "waveform spectrogram events" ;;
	--dump) echo "tokens ast graph plan" ;;
	--scopes) echo "read render admin" ;;
	--log-format) echo "auto json text" ;;
	--log-level) echo "debug info warn error" ;;
	*) return 1 ;;
	esac
}

_phonond() {
	local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]-} word=${COMP_WORDS[COMP_CWORD]} before words
	before=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	# bash makes "=" a word of its own.
	if [ "$word" = "=" ]; then
		word=
	elif [ "$before" = "=" ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="$(_phonond_commands "$program") --help --version --dump"
	elif words=$(_phonond_words "$before"); then
		:
	elif [[ $word == -* ]]; then
		words=$(_phonond_options "$program" "$command")
	elif [ "$command" = keys ] && [ "$COMP_CWORD" -eq 2 ]; then
		words="create list revoke rotate"
	else
		local IFS=$'\n'
		# shellcheck disable=SC2207 # one name a line
		COMPREPLY=($(compgen -f -- "$word"))
		compopt -o filenames 2>/dev/null
		return
	fi
	# shellcheck disable=SC2207 # words have no spaces
	COMPREPLY=($(compgen -W "$words" -- "$word"))
}

complete -F _phonond phonond
