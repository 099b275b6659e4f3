# TEST: timeout=300
"""One breach at a time, planted in a copy of a good tree: the validator finds exactly that one, and nothing in the good."""
import os
import pathlib
import re
import shutil
import sys
import tempfile

TESTS = pathlib.Path(os.environ["TESTS"])
sys.path[:0] = [str(TESTS / "hls-validator"), str(TESTS / "support")]
sys.argv[0] = "planted"

import breaches  # noqa: E402
import hls_tree  # noqa: E402
import tree  # noqa: E402
from hls_tree import FIRST, SECONDS, Tree  # noqa: E402

scratch = pathlib.Path(tempfile.mkdtemp(prefix="live-planted."))
failed, planted = [], set()
PARTS = {"parts": True}


def judge(address):
    report = breaches.Report(lambda _: None)
    tree.Tree(str(address), report).judge_once()
    return report


def expect(name, rule, report):
    if report.rules != ({rule} if rule else set()):
        failed.append(f"{name}: wanted {rule or 'nothing'}, found\n    " + "\n    ".join(report.lines[:8] or ["nothing"]))
    planted.add(rule)


def good(options):
    """A good tree of its own, copied from the first one of its kind."""
    key = "-".join(sorted(options)) or "plain"
    if not (scratch / key).exists():
        Tree(scratch / key, **options).write()
    copy = scratch / f"copy{len(planted)}-{key}"
    shutil.copytree(scratch / key, copy, dirs_exist_ok=True)
    return copy


def plant(rule, change, address="high/index.m3u8", **options):
    """`change(folder)` does it."""
    folder = good(options)
    change(folder)
    expect(rule, rule, judge(folder / address))
    shutil.rmtree(folder)


def edit(file, *replacements, count=1):
    """Regular expressions in a playlist, each of which has to match."""

    def change(folder):
        path = folder / file
        text = path.read_text()
        for pattern, new in replacements:
            text, changed = re.subn(pattern, new, text, count=count, flags=re.M)
            assert changed, f"{pattern} is not in {file}"
        path.write_bytes(text.encode())

    return change


def in_list(rule, *replacements, count=1, **options):
    plant(rule, edit("high/index.m3u8", *replacements, count=count), **options)


def in_ladder(rule, *replacements):
    plant(rule, edit("live.m3u8", *replacements), "live.m3u8")


def in_file(rule, name, change, **options):
    def do(folder):
        path = folder / "high" / name
        path.write_bytes(change(path.read_bytes()))

    plant(rule, do, **options)


def made(rule, address, prepare, **options):
    """`prepare(tree)` before it is written; what it returns is done to the folder afterwards."""
    folder = scratch / f"made-{rule}"
    one = Tree(folder, **options)
    after = prepare(one)
    one.write()
    if after:
        after(folder)
    expect(rule, rule, judge(folder / address))


def segment(n):
    return f"{FIRST + n}.m4s"


for options in ({}, PARTS, {"parts": True, "segments": 3}):
    folder = good(options)
    expect(f"good {options}", None, judge(folder))
    expect(f"good {options}, one", None, judge(folder / "low"))
    shutil.rmtree(folder)

# --- the text ---
in_list("encoding", (r"\Z", "# \x07\n"))
plant("encoding", lambda f: (f / "high/index.m3u8").write_bytes(b"\xef\xbb\xbf" + (f / "high/index.m3u8").read_bytes()))
in_list("extm3u", (r"\A#EXTM3U\n", ""))
in_list("tag-syntax", (r"^#EXT-X-MAP", "#EXT-X-BITRATE:much\n#EXT-X-MAP"))
in_list("tag-syntax", (r"^(#EXT-X-PROGRAM-DATE-TIME:.*\n)", r"\1#EXT-X-PROGRAM-DATE-TIME:2026-02-30T00:00:00Z\n"))
in_list("tag-twice", (r"^#EXT-X-VERSION:6\n", "#EXT-X-VERSION:6\n#EXT-X-VERSION:7\n"))
in_list("tag-order", (r"^(#EXTINF:2,\n\d+.m4s\n)", r"\1#EXT-X-DISCONTINUITY-SEQUENCE:0\n"))
in_list("tag-order", (r"^(#EXT-X-PART:.*0.m4s.*\n)", r"\1#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:04:10Z\n"), **PARTS)
in_list("tag-mixed", (r"^#EXT-X-MAP", '#EXT-X-SESSION-DATA:DATA-ID="a",VALUE="b"\n#EXT-X-MAP'))
in_ladder("tag-mixed", (r"^#EXT-X-STREAM", "#EXT-X-TARGETDURATION:2\n#EXT-X-STREAM"))
in_list("tag-unknown", (r"^#EXT-X-MAP", "#EXT-X-DISCONTINUTY\n#EXT-X-MAP"))
in_list("attribute-syntax", (r"^#EXT-X-MAP", "#EXT-X-START:TIME-OFFSET=soon\n#EXT-X-MAP"))
in_list("attribute-syntax", (r"(URI=.init.*)$", r"\1,"))
in_list("attribute-missing", (r"^#EXT-X-MAP", '#EXT-X-DATERANGE:START-DATE="2026-11-21T17:04:10Z"\n#EXT-X-MAP'))
in_list("attribute-value", (r"(1.m4s\")$", r"\1,INDEPENDENT=NO"), **PARTS)
in_list("version-low", (r"^#EXT-X-VERSION:6", "#EXT-X-VERSION:5"))
in_list("uri-missing", (r"\Z", "#EXTINF:2,\n"))
in_ladder("uri-missing", (r"^low/.*\n", ""))
in_list("extinf-missing", (r"^#EXTINF:2,\n(\d+.m4s)\n\Z", r"\1\n"))
in_list("target-missing", (r"^#EXT-X-TARGETDURATION.*\n", ""))

# --- one version ---
in_list("extinf-long", (r"^#EXT-X-TARGETDURATION:2", "#EXT-X-TARGETDURATION:1"))
in_list("live-empty", (r"^#EXTINF(.|\n)*", ""))
in_list("part-inf-missing", (r"^#EXT-X-PART-INF.*\n", ""), **PARTS)
in_list("part-long", (r"PART-TARGET=0.5", "PART-TARGET=0.45"), **PARTS)
in_list("part-short", (r"PART-TARGET=0.5", "PART-TARGET=0.6"), (r"PART-HOLD-BACK=1.5", "PART-HOLD-BACK=1.8"), **PARTS)
in_list("parts-sum", (r"DURATION=0.5,(URI=\".*\.1.m4s)", r"DURATION=0.47,\1"), **PARTS)
in_list("part-twice", (r"^(#EXT-X-PART:.*\n)\Z", r"\1\1"), **PARTS)
in_list("part-old", (rf"^(#EXTINF:2,\n{segment(1)})", "".join(
    f'#EXT-X-PART:DURATION=0.5,URI="{FIRST + 1}.{n}.m4s"{",INDEPENDENT=YES" * (n == 0)}\\n' for n in range(4)) + r"\1"), **PARTS)
in_list("hold-back-low", (r"HOLD-BACK=6", "HOLD-BACK=5"), **PARTS)
in_list("part-hold-back-missing", (r",PART-HOLD-BACK=1.5", ""), **PARTS)
in_list("part-hold-back-low", (r"PART-HOLD-BACK=1.5", "PART-HOLD-BACK=1.2"), **PARTS)
in_list("skip-until-low", (r",PART-HOLD-BACK", ",CAN-SKIP-UNTIL=11,PART-HOLD-BACK"), **PARTS)
in_list("pdt-missing", (r"^#EXT-X-PROGRAM-DATE-TIME.*\n", ""))
in_list("pdt-drift", (rf"^(#EXTINF:2,\n{segment(3)})", r"#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:04:06.100Z\n\1"))
in_list("pdt-back", (rf"^(#EXTINF:2,\n{segment(3)})", r"#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:2026-11-21T17:03:59Z\n\1"))
in_list("map-missing", (r"^#EXT-X-MAP.*\n", ""))
in_list("uri-twice", (rf"^(#EXTINF:2,\n{segment(7)})", rf"#EXT-X-DISCONTINUITY\n#EXTINF:2,\n{segment(6)}\n#EXT-X-DISCONTINUITY\n\1"))
in_list("hint-listed", (r"\Z", f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{FIRST + 8}.1.m4s"\n'), **PARTS)

# --- media ---
plant("absent", lambda f: (f / "high" / segment(4)).unlink())
plant("absent", lambda f: (f / "high" / f"{FIRST + 8}.1.m4s").unlink(), **PARTS)
plant("absent", lambda f: (f / "high" / f"init-{FIRST}.mp4").unlink())
in_file("mp4-broken", segment(4), lambda data: data[:-100])
in_file("mp4-broken", segment(4), lambda data: b"")
in_file("mp4-broken", f"init-{FIRST}.mp4", lambda data: data.replace(b"mvex", b"free"))
in_file("mp4-broken", segment(4), lambda data: data.replace(b"tfhd\0\2\0\0\0\0\0\1", b"tfhd\0\2\0\0\0\0\0\5"))
in_list("duration-media", (rf"^#EXTINF:2,(\n{segment(4)})", r"#EXTINF:1.8,\1"))
in_list("duration-drift", (r"^#EXTINF:2,", "#EXTINF:2.04,"), count=0)
in_list("part-duration-media", (rf"DURATION=0.5,(URI=\"{FIRST + 8}.0)", r"DURATION=0.43,\1"), **PARTS)
in_file("parts-not-segment", f"{FIRST + 6}.2.m4s", lambda data: data[:-1] + bytes([data[-1] ^ 1]), **PARTS)
in_list("part-independent", (r"(7.2.m4s\")", r"\1,INDEPENDENT=YES"), **PARTS)
in_list("part-unmarked", (r",INDEPENDENT=YES", ""), **PARTS)
in_list("byterange", (rf"^(#EXTINF:2,\n{segment(4)})", r"#EXT-X-BYTERANGE:99999999@0\n\1"))
in_list("byterange", (rf"^(#EXTINF:2,\n{segment(4)})", r"#EXT-X-BYTERANGE:1000\n\1"))
made("independent-segments", "high", lambda t: t.no_sync.add(("high", 4)))
made("stamps-jump", "high", lambda t: t.shift.update({("high", 4): 3}))


def other_parameters(folder):
    (folder / "high/init-2.mp4").write_bytes(hls_tree.init(640, 360))
    edit("high/index.m3u8", (rf"^(#EXTINF:2,\n{segment(4)})", r'#EXT-X-MAP:URI="init-2.mp4"\n\1'))(folder)


plant("parameters-changed", other_parameters)

# --- the ladder ---
in_ladder("codecs-missing", (r"CODECS=[^ ]*40.2\",", ""))
in_ladder("codecs-wrong", (r"avc1.42c00d", "avc1.64001f"))
in_ladder("codecs-wrong", (r",mp4a.40.2", ""))
in_ladder("resolution-missing", (r",RESOLUTION=\d+x\d+", ""))
in_ladder("resolution-wrong", (r"RESOLUTION=320x180", "RESOLUTION=320x240"))
in_ladder("frame-rate-missing", (r",FRAME-RATE=25.000", ""))
in_ladder("frame-rate-wrong", (r"FRAME-RATE=25", "FRAME-RATE=30"))
in_ladder("video-range-wrong", (r"(FRAME-RATE=25.000)", r"\1,VIDEO-RANGE=PQ"))
in_ladder("average-missing", (r",AVERAGE-BANDWIDTH=\d+", ""))
in_ladder("average-low", (r",AVERAGE-BANDWIDTH=(\d+)\d", r",AVERAGE-BANDWIDTH=\1"))
in_ladder("average-above-peak", (r",AVERAGE-BANDWIDTH=(\d+)", r",AVERAGE-BANDWIDTH=\g<1>0"))
made("bandwidth-low", "live.m3u8", lambda t: t.scale.update({("high", 4): 3}) or edit(
    "live.m3u8", (r":BANDWIDTH=\d+", ":BANDWIDTH=1300000"), (r"AVERAGE-BANDWIDTH=\d+", "AVERAGE-BANDWIDTH=800000")))
in_ladder("group-missing", (r"(FRAME-RATE=25.000)", r'\1,AUDIO="sound"'))
in_ladder("variant-twice", (r"((.*\n)high/index.m3u8\n)", r"\1\1"))
in_ladder("not-a-playlist", (r"(.|\n)*", "hello\n"))
plant("not-a-playlist", lambda f: None, "nothing.m3u8")
for rule, replacement in {
    "aligned-target": (r"TARGETDURATION:2", "TARGETDURATION:3"),
    "aligned-number": (r"17:04:00.000Z", "17:04:01.000Z"),
    "aligned-discontinuity": (r"^#EXT-X-MAP", "#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXT-X-MAP"),
    "aligned-end": (r"(#EXTINF.*\n.*\n){3}\Z", ""),
}.items():
    plant(rule, edit("low/index.m3u8", replacement), "live.m3u8")
made("aligned-stamps", "live.m3u8", lambda t: t.shift.update({("low", 0): 1}))

shutil.rmtree(scratch)
print("\n".join(failed) or f"{len(planted) - 1} rules found each by itself")
assert len(planted) > 40
# Of every rule some test here plants the breach; those that need a server, or versions, are in the files beside this one.
tests = "".join(path.read_text() for path in (TESTS / "tools/hls-validator").glob("*.py"))
never = [rule for rule in breaches.RULES if f'"{rule}"' not in tests]
assert not never, never
sys.exit(bool(failed))
