#!/usr/bin/python3
"""Every program has a page, and the page and --help name the same options; mandoc finds nothing to say."""
import os
import pathlib
import re
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ["BIN"])
# mandoc looks for the other pages of the project where they are installed; and its idea of the date is BSD's.
NOT_OURS = re.compile(r"referenced manual not found|Mdocdate|outdated mandoc.db|operating system explicitly specified")

complaints = []


def options_of_help(program):
    done = subprocess.run([BIN / program, "--help"], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        complaints.append(f"{program} --help: status {done.returncode}")
    # "  -o,--output FILE    text": the names stand before the first gap.
    names = [re.split(r"\s{2,}|\s(?=[A-Z=])", line.strip())[0] for line in done.stdout.splitlines()
             if re.match(r"  +-", line)]
    return set(re.findall(r"--[a-z][a-z0-9-]*", " ".join(names)))


def options_of_page(page):
    """The flags of `.It Fl h , -help Ar X`: what follows Fl up to another macro is flags."""
    options = set()
    for line in page.read_text().splitlines():
        flags = False
        for word in line.split()[1:] if line.startswith(".It ") else []:
            if re.fullmatch(r"[A-Z][a-z]", word):
                flags = word == "Fl"
            elif flags and re.fullmatch(r"-[a-z][a-z0-9-]*", word):
                options.add("-" + word)
    return options


def check_program(program):
    page = TREE / "man" / f"{program}.1"
    if not page.exists():
        complaints.append(f"man/{program}.1 is missing")
        return
    help_options, page_options = options_of_help(program), options_of_page(page)
    if "--help" not in help_options:
        complaints.append(f"{program} --help: no options found")
    for option in sorted(help_options - page_options):
        complaints.append(f"man/{program}.1: {option} is in --help only")
    for option in sorted(page_options - help_options):
        complaints.append(f"man/{program}.1: {option} is not in --help")


def lint(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", page], capture_output=True, text=True,
                          timeout=60)
    for line in (done.stdout + done.stderr).splitlines():
        if not NOT_OURS.search(line):
            complaints.append(line.replace(str(TREE) + "/", ""))


programs = sorted(p.parent.name for p in (TREE / "tools").glob("*/main.cpp"))
pages = sorted((TREE / "man").glob("*.[1-8]"))
assert programs and pages
for program in programs:
    check_program(program)
for page in pages:
    lint(page)
print("\n".join(complaints) or f"{len(programs)} programs and {len(pages)} pages agree")
sys.exit(bool(complaints))
