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
trap 'kill "${other:-0}" 2>/dev/null || true; rm -rf "$logs"' EXIT

# Tests that name their databases run on each of them, journeys and protocols on both.
on_databases() {
  local status=0 files
  step 'tests on the embedded database'
  TEST_DATABASE=embedded mocha 'test/**/*.test.ts' --ignore 'test/browser/**' "$@" || status=1
  if have_postgres; then
    step 'tests on PostgreSQL'
    mapfile -t files < <(grep -rlE 'databaseKinds|House\.open' test --include='*.test.ts' | grep -v '^test/browser/')
    TEST_DATABASE=postgres mocha "${files[@]}" "$@" || status=1
  fi
  return $status
}

in_browser() {
  step 'tests in a real browser'
  mocha 'test/browser/**/*.test.ts' "$@"
}

# Two at once, since most of a test is waiting. A database that was given has room for one.
status=0
if [ -n "${TEST_DATABASE_URL:-}" ]; then
  on_databases "$@" 2>&1 | tee "$logs/databases" || status=1
  in_browser "$@" 2>&1 | tee "$logs/browser" || status=1
else
  in_browser "$@" >"$logs/browser" 2>&1 &
  other=$!
  on_databases "$@" 2>&1 | tee "$logs/databases" || status=1
  wait "$other" || status=1
  cat "$logs/browser"
fi

total() { sed -E $'s/\x1b\\[[0-9;]*m//g' "$logs"/* | sed -nE "s/^ +([0-9]+) $1( .*)?$/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'; }
printf '\n%s passed, %s failed\n' "$(total passing)" "$(total failing)"
exit $status
