#!/usr/bin/env bash
# Every check, in the order in which they fail fastest. Called by `npm test`; arguments go to mocha.
set -euo pipefail
cd "$(dirname "$0")/.."
export NODE_ENV=test

step() { printf '\n== %s\n' "$1"; }

have_postgres() { [ -n "${TEST_DATABASE_URL:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_chromium() { [ -n "${CHROMIUM:-}" ] || command -v chromium-headless-shell chromium chromium-browser google-chrome >/dev/null; }

step 'types';      tsc -p .
step 'lint';       oxlint --type-aware --deny-warnings src test migrations
step 'format';     prettier --check --log-level warn .
step 'dead code';  knip --no-progress

have_chromium || echo 'SKIPPED: browser tests; install Chromium (apt install chromium-headless-shell) or set CHROMIUM to its path'
have_postgres || echo 'SKIPPED: PostgreSQL tests; install it (apt install postgresql) or set TEST_DATABASE_URL to an empty database'

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# What a lane says is told when it is its turn, so that the lanes do not mix.
lane() {
  local name=$1; shift
  { printf '\n== %s\n' "$name"; mocha "$@"; } >"$logs/$name" 2>&1
}

# Three at once, since much of a test is waiting; more take the cores from each other. A database that was given has room
# for one. Tests that name their databases run on each of them; TEST_DATABASE=postgres has all others run there too.
step 'tests: journeys; rooms and protocols, then languages; a real browser'
run() {
  case $1 in
    journeys) shift; lane journeys 'test/journeys/**/*.test.ts' "$@" ;;
    rooms)
      shift
      local ended=0
      lane rooms 'test/*.test.ts' 'test/{identity,platform,protocols,sandbox,web}/**/*.test.ts' "$@" || ended=1
      lane languages test/browser/languages.test.ts "$@" || ended=1
      return $ended ;;
    browser) shift; lane browser 'test/browser/**/*.test.ts' --ignore test/browser/languages.test.ts "$@" ;;
  esac
}
names=(journeys rooms browser)
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
cat "$logs/languages"

total() { sed -E $'s/\x1b\\[[0-9;]*m//g' "$logs"/* | sed -nE "s/^ +([0-9]+) $1( .*)?$/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'; }
printf '\n%s passed, %s failed\n' "$(total passing)" "$(total failing)"
exit $status
