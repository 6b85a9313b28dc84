#!/usr/bin/env bash
# tools/quickstart with the programs of a build: quickstart_test.sh BUILD_DIR
# No hub answers, nobody is at the terminal: it must end in a served demo that says that it is one.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export STEMMA_BUILD_DIR=$1 HF_ENDPOINT=http://127.0.0.1:1
unset HF_TOKEN STEMMA_DATA
scratch=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap cleanup EXIT
cd "$scratch"

fail() {
  echo "FAILED: $*" >&2
  cat output log 2>/dev/null | sed 's/^/  | /' >&2
  exit 1
}

"$root/tools/quickstart" --no-serve >output 2>&1 </dev/null || fail "the first run"
[ -e stemma-data-demo/snapshots/1.stemma ] || fail "no snapshot in ./stemma-data-demo"

# quickstart becomes the server, so that its process id is the server's.
"$root/tools/quickstart" --listen 127.0.0.1:18480 >output 2>log </dev/null &
server=$!
url=
for _ in {1..300}; do
  url=$(grep -om1 'http://127\.0\.0\.1:[0-9]*' output || true)
  if [ -n "$url" ] && curl -fsS -m 5 -o stats "$url/v1/stats" 2>/dev/null; then break; fi
  kill -0 "$server" 2>/dev/null || fail "the server ended"
  sleep 0.2
done
[ -s stats ] || fail "no answer from $url"
[ ! -e stemma-data-demo/snapshots/2.stemma ] || fail "the second run made the demo again"
grep -Eq '"models": ?20000' stats || fail "not the demo: $(cat stats)"

# The queries that are shown are queries that work.
grep -q 'Three queries' output || fail "no queries shown"
grep -E '^ +curl ' output >queries
[ "$(wc -l <queries)" = 3 ] || fail "three queries with curl"
while read -r query; do
  bash -c "${query/curl/curl -fsS -m 20}" >answer || fail "$query"
  [ -s answer ] || fail "no answer: $query"
done <queries
while read -r query; do
  bash -c "$query" >answer 2>log </dev/null || fail "$query"
  [ -s answer ] || fail "no answer: $query"
done < <(grep -E ' --data [^ ]+ (descendants|family|ancestors)' output)
