# shellcheck shell=sh
# Sourced by the tests of the command line: an empty folder to work in, and checks that count.
: "${PHONOND:?the path of the program}" "${PHONOND_EXAMPLES:?the folder of the examples}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0
failed=0

ok() { # ok WHAT CONDITION...: one check
	what=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
	fi
}

exits() { # exits STATUS COMMAND...: stdout and stderr are kept in out and err
	want=$1
	shift
	"$@" >out 2>err </dev/null
	got=$?
	[ "$got" -eq "$want" ] || echo "  '$*' ended with $got instead of $want: $(head -c 300 err)"
	[ "$got" -eq "$want" ]
}

