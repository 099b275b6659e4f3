#!/bin/bash
# packages.sh FOLDER: has the npm packages of package.json in FOLDER/node_modules; asks no network when they are there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
if [[ -d node_modules ]] && cmp -s "$here/package.json" package.json; then
  exit 0
fi
rm -rf node_modules package.json
npm install --no-save --no-package-lock --no-audit --no-fund --prefix "$PWD" \
  $(sed -n 's/^ *"\([a-z.-]*\)": "\([0-9.]*\)",\{0,1\}$/\1@\2/p' "$here/package.json")
cp "$here/package.json" package.json # last: the mark that all is there
