#!/usr/bin/env bash
# Every check, in the order in which they fail fastest. Called by `npm test`; arguments go to mocha.
set -euo pipefail
cd "$(dirname "$0")/.."
export NODE_ENV=test

step() { printf '\n== %s\n' "$1"; }

have_postgres() { [ -n "${TEST_DATABASE_URL:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_chromium() { [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }

step 'types';      tsc -p .
step 'lint';       oxlint --type-aware --deny-warnings src test migrations
step 'format';     prettier --check --log-level warn .
step 'dead code';  knip --no-progress

have_chromium || echo 'SKIPPED: browser tests; install Chromium (apt install chromium) or set CHROMIUM to its path'
have_postgres || echo 'SKIPPED: PostgreSQL tests; install it (apt install postgresql) or set TEST_DATABASE_URL to an empty database'

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# What a lane says is told when it is its turn, so that the lanes do not mix.
lane() {
  local name=$1; shift
  { printf '\n== %s\n' "$name"; "$@"; } >"$logs/$name" 2>&1
}

# Tests that name their databases run on each of them within any lane. Journeys that name none run on PostgreSQL as well.
elsewhere() {
  local files
  mocha 'test/protocols/**/*.test.ts' "$@" || return 1
  have_postgres || return 0
  mapfile -t files < <(grep -rL 'databaseKinds' test/journeys --include='*.test.ts')
  TEST_DATABASE=postgres mocha "${files[@]}" "$@"
}

# Several at once, since most of a test is waiting. A database that was given has room for one.
step 'tests: rooms, journeys, protocols and PostgreSQL, a real browser'
names=(rooms journeys-1 journeys-2 protocols browser)
run() {
  case $1 in
    rooms) shift; lane rooms mocha 'test/*.test.ts' 'test/{identity,platform,sandbox,web}/**/*.test.ts' "$@" ;;
    journeys-1) shift; lane journeys-1 mocha 'test/journeys/[a-o]*.test.ts' "$@" ;;
    journeys-2) shift; lane journeys-2 mocha 'test/journeys/[p-z]*.test.ts' "$@" ;;
    protocols) shift; lane protocols elsewhere "$@" ;;
    browser) shift; lane browser mocha 'test/browser/**/*.test.ts' "$@" ;;
  esac
}
status=0 lanes=()
for name in "${names[@]}"; do
  run "$name" "$@" &
  lanes+=($!)
  if [ -n "${TEST_DATABASE_URL:-}" ]; then wait $! || true; fi
done
for at in "${!names[@]}"; do
  wait "${lanes[$at]}" || status=1
  cat "$logs/${names[$at]}"
done

total() { sed -E $'s/\x1b\\[[0-9;]*m//g' "$logs"/* | sed -nE "s/^ +([0-9]+) $1( .*)?$/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'; }
printf '\n%s passed, %s failed\n' "$(total passing)" "$(total failing)"
exit $status
