#!/bin/bash
# Every C++ file is as clang-format 14 writes it, and its scripts pass shellcheck.
set -euo pipefail
cd "$TESTS/.."

# Tracked files; all files where the tree is no clone.
files() {
  git ls-files -- "$@" 2>/dev/null || find . -name .git -prune -o -path ./build -prune -o -type f -print
}

mapfile -t cpp < <(files '*.cpp' '*.hpp' | grep -E '\.[ch]pp$')
((${#cpp[@]} > 50))
printf '%s\0' "${cpp[@]}" | xargs -0 -P 2 -n 40 clang-format-14 --dry-run -Werror

mapfile -t scripts < <(files | while read -r f; do
  [[ -f $f && -x $f ]] && head -c 40 "$f" | grep -qaE '^#!.*\b(ba)?sh\b' && echo "$f"
done || true)
((${#scripts[@]} > 1))
shellcheck -S warning -e SC1091 "${scripts[@]}"
echo "${#cpp[@]} C++ files and ${#scripts[@]} scripts are in shape"
