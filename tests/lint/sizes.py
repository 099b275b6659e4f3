#!/usr/bin/python3
"""A file far over the house's size usually lacks a noun: split it by what its parts are about."""
import pathlib
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
LIMITS = [("**/main.cpp", 60), ("**/*.hpp", 250), ("**/*.cpp", 600)]
MOST_IN_TESTS = 800

complaints, seen = [], set()
for pattern, limit in LIMITS:
    for folder in ("common", "tools", "tests"):
        for path in (TREE / folder).glob(pattern):
            if path in seen or "node_modules" in path.parts:
                continue
            seen.add(path)
            lines = len(path.read_text().splitlines())
            most = MOST_IN_TESTS if folder == "tests" else limit
            if lines > most:
                complaints.append(f"{path.relative_to(TREE)}: {lines} lines, at most {most}")
assert len(seen) > 50
print("\n".join(complaints) or f"{len(seen)} files are of a size to read")
sys.exit(bool(complaints))
