#!/usr/bin/python3
"""Nothing in the tracked text that belongs to one machine or one person: paths, hosts, keys."""
import os
import pathlib
import re
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
HERE = [re.escape(p) + r"\b" for p in (str(TREE), os.environ.get("HOME", "/")) if p.count("/") > 1 or p == "/root"]
FORBIDDEN = [
    ("a path of this machine", "|".join(HERE + [r"/home/[a-z]+/", r"/Users/[a-zA-Z]+/"])),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE" + r" KEY-----"),
    ("an AWS key", r"\bAKIA[0-9A-Z]{16}\b"),
    ("a token", r"\b(ghp|gho|glpat|xox[bp])[_-][0-9A-Za-z-]{20,}"),
    ("a host that others cannot reach", r"https?://[a-z0-9.-]+\.(internal|corp|intranet)\b"),
    ("the address of a package registry", r"(--?index-url|registry|proxy)[ =:\"']+https?://"),
]

tracked = subprocess.run(["git", "-C", TREE, "ls-files", "-z"], capture_output=True, text=True)
names = tracked.stdout.split("\0")[:-1]
if tracked.returncode != 0:  # no clone: everything but what a build leaves
    names = [str(p.relative_to(TREE)) for p in TREE.rglob("*") if "build" not in p.relative_to(TREE).parts]
complaints = []
for name in names:
    path = TREE / name
    if not path.is_file() or path == pathlib.Path(__file__).resolve():
        continue
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        for what, pattern in FORBIDDEN:
            if re.search(pattern, line):
                complaints.append(f"{name}:{number}: {what}")
assert len(names) > 50
print("\n".join(complaints) or f"{len(names)} files hold no secrets")
sys.exit(bool(complaints))
