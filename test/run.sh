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

if have_postgres; then
  step 'tests on the embedded database'
  mocha 'test/**/*.test.ts' "$@"
  # The rooms and journeys once more where production runs. Races and storage tests above already used both.
  step 'tests on PostgreSQL'
  TEST_DATABASE=postgres mocha 'test/{identity,journeys,protocols,web}/**/*.test.ts' "$@"
else
  step 'tests on the embedded database'
  mocha 'test/**/*.test.ts' "$@"
fi
