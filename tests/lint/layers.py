#!/usr/bin/python3
"""Arrows only go down: the includes of each room against its USES, and the families of headers.

USES in a room's CMakeLists.txt is the permission to include another room (base needs none), and what is
listed there is used.  A header family appears only where the table below says.
"""
import pathlib
import re
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
LEVEL = {"base": 0, "codec": 1, "mp4": 1, "timeline": 1, "flv": 1, "hls": 1, "s3": 1, "facts": 2, "mux": 2, "rtmp": 2, "net": 2, "av": 2, "tree": 2,
         "http": 3, "live": 3, "process": 3, "fetch": 3, "media_in": 3, "registry": 3, "ingest": 4, "cli": 4}
PURE = ("codec", "mp4", "timeline", "flv", "hls", "s3", "mux", "rtmp")

# family of headers -> where it may appear
FAMILIES = [
    (r"lib(av|sw)[a-z]+/", r"common/av/"),
    (r"libyuv", r"common/av/"),
    (r"hiredis/", r"common/registry/"),
    (r"boost/beast", r"common/http/"),
    (r"boost/asio", r"common/(net|http|process|fetch|registry|ingest|cli)/|tools/"),
    (r"CLI/", r"common/cli/|tools/[^/]+/(main|options)\."),
    (r"openssl/", r"common/(http|net|rtmp|ingest|s3)/"),
    (r"pugixml", r"common/s3/"),
    (r"sqlite3", r"tools/s3-dvr-sync/"),
    (r"curl/", r"common/fetch/"),
    (r"systemd/", r"common/cli/"),
]
# what a pure room must not know: I/O, clocks, threads, log (sys/uio.h is for iovec, which is a value)
IMPURE = re.compile(
    r"(fcntl|unistd|poll|sys/(?!uio\b).*|netinet/.*|pthread)\.h|thread|mutex|atomic|condition_variable|future|"
    r"fstream|iostream|filesystem|common/base/(log|file|fd)\.hpp")

complaints = []


def complain(path, line, text):
    complaints.append(f"{path.relative_to(TREE)}:{line}: {text}")


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
        if found:
            yield number, found[1], '"' in line


def sources(folder):
    return sorted([*folder.rglob("*.hpp"), *folder.rglob("*.cpp")])


def check_families(path, number, header):
    name = str(path.relative_to(TREE))
    for family, places in FAMILIES:
        if re.match(family, header) and not re.match(places, name):
            complain(path, number, f"<{header}> belongs to {places}")


def check_room(folder):
    room = folder.name
    text = (folder / "CMakeLists.txt").read_text()
    allowed = set(re.findall(r"live::(\w+)", text))
    used = set()
    for path in sources(folder):
        for number, header, _ in includes(path):
            check_families(path, number, header)
            if room in PURE and IMPURE.fullmatch(header):
                complain(path, number, f"a pure room does not include {header}")
            if header.startswith("tools/"):
                complain(path, number, "a room does not know the programs")
            other = re.match(r"common/(\w+)/", header)
            if not other or other[1] == room:
                continue
            used.add(other[1])
            if other[1] not in allowed | {"base"}:
                complain(path, number, f"{room} does not list live::{other[1]} in USES")
            if LEVEL[other[1]] > LEVEL[room]:
                complain(path, number, f"{room} is below {other[1]}")
    for idle in sorted(allowed - used - {"base", room}):
        complain(folder / "CMakeLists.txt", 1, f"USES lists live::{idle}, which no file includes")


def check_tool(folder):
    for path in sources(folder):
        for number, header, _ in includes(path):
            check_families(path, number, header)
            other = re.match(r"tools/([^/]+)/", header)
            if other and other[1] != folder.name:
                complain(path, number, f"{folder.name} includes another program")


def check_from_the_root(path):
    for number, header, quoted in includes(path):
        if quoted and not re.match(r"(common|tools|tests)/", header):
            complain(path, number, f'"{header}" is not named from the root')


rooms = [f for f in (TREE / "common").iterdir() if (f / "CMakeLists.txt").exists()]
for unknown in [f.name for f in rooms if f.name not in LEVEL]:
    complaints.append(f"common/{unknown}: give it a level in tests/lint/layers.py")
for folder in [f for f in rooms if f.name in LEVEL]:
    check_room(folder)
for folder in [f for f in (TREE / "tools").iterdir() if f.is_dir()]:
    check_tool(folder)
for path in sources(TREE / "common") + sources(TREE / "tools"):
    check_from_the_root(path)

assert len(rooms) > 5, "the rooms have not been found"
print("\n".join(complaints) or f"{len(rooms)} rooms, arrows only go down")
sys.exit(bool(complaints))
