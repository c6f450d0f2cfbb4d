#!/usr/bin/env bash
# Makes a directory by a command, unless it stands as the same command made it and nothing has changed
# since: infra/once.sh DIRECTORY COMMAND … [-- COMMAND …]. Of many that are called at once, as `sam build`
# runs a recipe for each function, one makes and the others wait. The second command runs in any case,
# while nobody else makes.
set -euo pipefail
cd "${0%/*}/.."

directory=$1
shift
make=()
while [[ $# -gt 0 && $1 != -- ]]; do
	make+=("$1")
	shift
done
# What else decides what is made: Go's own settings, and which files there are at the top.
same="${make[*]} $(go env GOVERSION GOARM64 GOAMD64 GOEXPERIMENT GOFLAGS)"$'\n'$(echo *)

# Tells whether nothing has changed in content, name or place (-cnewer): of what is made from since that
# began, and of what was made since that ended. What begins with a dot at the top is no source.
stands() {
	[[ -e $directory.made && $(<"$directory.begun") == "$same" ]] &&
		[[ -z $(find -- * -cnewer "$directory.begun" -print -quit) ]] &&
		[[ -z $(find "$directory" -cnewer "$directory.made" -print -quit || echo gone) ]]
}

# The lock ends with this process. macOS has no flock, but Perl.
mkdir -p "${directory%/*}"
exec 9>>"$directory.lock"
if type -P flock >/dev/null; then flock 9; else perl -MFcntl=:flock -e 'flock STDIN, LOCK_EX or die $!' <&9; fi

if ! stands; then
	echo "making $directory; the first time takes a minute or two"
	rm -f "$directory.made"
	echo "$same" >"$directory.begun"
	"${make[@]}" 9>&-
	touch "$directory.made"
fi
if [[ $# -gt 0 ]]; then
	"${@:2}"
fi
