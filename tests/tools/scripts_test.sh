#!/usr/bin/env bash
# The scripts in tools/, with stand-ins for what they call: nothing is installed or downloaded.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
  echo "FAILED: $*" >&2
  [ ! -f output ] || sed 's/^/  | /' output >&2
  exit 1
}
expect() { grep -qF -- "$1" "${2:-output}" || fail "expected: $1"; }
expect_not() { ! grep -qF -- "$1" "${2:-output}" || fail "did not expect: $1"; }
stand_in() {
  mkdir -p "$(dirname "$1")"
  { echo '#!/usr/bin/env bash'; cat; } >"$1"
  chmod +x "$1"
}

# All scripts can be read by bash, and check their options.
for script in "$root"/tools/{check-debian,install-dependencies,quickstart,test} "$root"/.ci/run; do
  bash -n "$script" || fail "$script"
  [ -x "$script" ] || fail "$script is not executable"
done
for script in check-debian install-dependencies quickstart test; do
  "$root/tools/$script" --help >output 2>&1 || fail "$script --help"
  expect 'Example:'
  if "$root/tools/$script" --no-such-option >output 2>&1; then fail "$script takes any option"; fi
done

export CALLS=$scratch/calls
stand_in bin/dpkg-query <<'SH'
for name; do :; done
case "$name" in g++ | pkgconf) there=yes ;; *) there=${EVERYTHING:-} ;; esac
if [ -n "$there" ]; then printf installed; else exit 1; fi
SH
stand_in bin/apt-get <<'SH'
echo "apt-get $*" >>"$CALLS"
case "$*" in *install*) [ -z "${APT_FAILS:-}" ] || { echo 'E: no space left'; exit 100; } ;; esac
SH
stand_in bin/apt-cache <<'SH'
for name; do :; done
[ "$name" = libcurl4-openssl-dev ] || echo "Package: $name"
SH
stand_in bin/id <<'SH'
echo 0
SH
install() { PATH=$scratch/bin:$PATH "$root/tools/install-dependencies" "$@" >output 2>&1; }

: >calls
EVERYTHING=1 install --tests || fail "everything is there"
[ ! -s calls ] || fail "called apt-get although nothing is missing"
[ ! -s output ] || fail "should be quiet"

install || fail "install"
expect ' install ' calls
expect librocksdb-dev calls
expect libcurl4-gnutls-dev calls  # the release of this test does not know the first name
expect_not libcurl4-openssl-dev calls
expect_not 'g++' calls       # is there
expect_not 'pkg-config' calls  # is there under its other name
expect_not catch2 calls
install --tests || fail "install --tests"
expect catch2 calls
if APT_FAILS=1 install; then fail "a failed installation should fail"; fi
expect 'no space left'

stand_in build/tools/stemma <<'SH'
echo "stemma $*" >>"$CALLS"
data=$2
case "$3" in
  import) cat >/dev/null ;;
  crawl) [ -z "${CRAWL_FAILS:-}" ] || exit 1 ;;
  *) exit 0 ;;
esac
mkdir -p "$data/snapshots"
touch "$data/snapshots/1.stemma"
SH
stand_in build/tools/stemma-genhub <<'SH'
echo "genhub $*" >>"$CALLS"
echo '{}'
SH
stand_in bin/curl <<'SH'
echo "curl $*" >>"$CALLS"
if [ -n "${HUB_ANSWERS:-}" ]; then echo '[{}]'; else exit 7; fi
SH
quickstart() {
  : >calls
  PATH=$scratch/bin:$PATH STEMMA_BUILD_DIR=build HF_TOKEN=hf_secret \
    HF_ENDPOINT=http://hub.invalid/ \
    "$root/tools/quickstart" "$@" >output 2>&1 </dev/null
}

if HF_ENDPOINT=http://me:pa55word@hub.invalid "$root/tools/quickstart" --help >output 2>&1; then
  fail "takes a hub's address with a password"
fi
expect HF_TOKEN
expect_not pa55word

quickstart || fail "no hub: the demo"
expect 'no hub answers at http://hub.invalid.'
expect 'http://127.0.0.1:'
expect 'descendants Qwen3'
expect 'stemma --data ./stemma-data-demo import - --complete' calls
expect 'stemma --data ./stemma-data-demo serve --listen 127.0.0.1:' calls
expect_not ' crawl ' calls
quickstart --demo || fail "the demo again"
expect_not 'import' calls
expect 'serve' calls

if HUB_ANSWERS=1 CRAWL_FAILS=1 quickstart --data hub; then fail "a failed crawl should fail"; fi
expect 'Run this again'
expect_not 'serve' calls
HUB_ANSWERS=1 quickstart --data hub || fail "crawl"
expect 'stemma --data hub crawl --hub http://hub.invalid --scope search:qwen,search:deepseek' calls
expect ' --max-requests 300 --resolve' calls
expect 'stemma --data hub serve' calls
expect_not hf_secret
expect_not hf_secret calls
HUB_ANSWERS=1 quickstart --data hub --no-serve || fail "crawled already"
expect 'quickstart --refresh'
expect_not ' crawl ' calls
expect_not ' serve ' calls
HUB_ANSWERS=1 quickstart --data hub --refresh || fail "refresh"
expect ' crawl ' calls
quickstart --data hub --refresh || fail "refresh without a hub"
expect 'serving the snapshot that is there'
expect_not ' crawl ' calls

if command -v python3 >/dev/null; then
  python3 -c 'import socket, time
with socket.create_server(("127.0.0.1", 0)) as server:
    print(server.getsockname()[1], flush=True)
    time.sleep(60)' >port 2>/dev/null &
  holder=$!
  for _ in {1..50}; do [ -s port ] || sleep 0.1; done
  quickstart --demo --listen "127.0.0.1:$(cat port)" || fail "taken port"
  kill "$holder"
  expect "port $(cat port) is taken: using "
  expect_not "serve --listen 127.0.0.1:$(cat port)" calls
fi
echo "all scripts behave"

# What runs the nights: units that systemd accepts, and commands that the binary does.
stemma=${1:-}/tools/stemma
if [ -x "$stemma" ]; then
  commands=()
  while IFS= read -r line; do commands+=("$line"); done < <(
    sed -n 's|^ExecStart=/usr/local/bin/stemma ||p' "$root"/tools/systemd/*.service
    sed -n 's|^[^#].* stemma /usr/local/bin/stemma \(.*\) >>.*|\1|p' "$root"/tools/cron/stemma)
  [ "${#commands[@]}" -eq 3 ] || fail "expected three commands, found ${#commands[@]}"
  for command in "${commands[@]}"; do
    # shellcheck disable=SC2086  # words of a command line
    "$stemma" $command --help >output 2>&1 || fail "stemma $command"
  done
fi
if command -v systemd-analyze >/dev/null; then
  cp "$root"/tools/systemd/* "$scratch/"
  sed -i 's|/usr/local/bin/stemma|/bin/true|' "$scratch"/stemma-*.service
  systemd-analyze verify "$scratch"/stemma-nightly.service "$scratch"/stemma-nightly.timer \
    "$scratch"/stemma-serve.service >output 2>&1 || fail "systemd-analyze verify"
  [ ! -s output ] || fail "systemd-analyze has something to say"
  systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$root"/tools/systemd/stemma-nightly.timer)" \
    >output 2>&1 || fail "systemd-analyze calendar"
fi
# Five fields of time, a user, a command.
grep -v '^#' "$root/tools/cron/stemma" >line
[ "$(wc -l <line)" -eq 1 ] || fail "one line for cron"
grep -qE '^([0-9*/,-]+ ){5}[a-z]+ /' line || fail "the line for cron"
