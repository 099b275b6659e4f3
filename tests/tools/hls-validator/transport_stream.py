# TEST: timeout=120
"""Transport streams, and what ffmpeg makes of other codecs: judged as they are, and when they are broken."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(os.environ["TESTS"])
sys.path[:0] = [str(TESTS / "hls-validator")]

import breaches  # noqa: E402
import tree  # noqa: E402

scratch = pathlib.Path(tempfile.mkdtemp(prefix="live-ts."))
failed = []
VIDEO = "-f lavfi -i testsrc2=size=160x90:rate=25:duration=6 -f lavfi -i sine=sample_rate=48000:duration=6"
AVC = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -x264-params bframes=2:scenecut=0 -level 1.3"
HLS = "-force_key_frames expr:gte(t,n_forced*2) -f hls -hls_time 2 -hls_list_size 0 -hls_flags program_date_time+independent_segments"


def make(name, codec, *options):
    folder = scratch / name
    folder.mkdir()
    command = ["ffmpeg", "-nostdin", "-v", "error", *VIDEO.split(), *codec.split(), "-c:a", "aac", *HLS.split(), *options, "index.m3u8"]
    subprocess.run(command, cwd=folder, check=True)
    return folder


def judge(name, folder, *wanted):
    report = breaches.Report(lambda _: None)
    judged = tree.Tree(str(folder), report)
    judged.judge_once()
    if report.rules != set(wanted):
        failed.append(f"{name}: wanted {wanted or 'nothing'}, found\n    " + "\n    ".join(report.lines[:8] or ["nothing"]))
    return next(iter(judged.renditions.values())).media.read_ones()


def broken(name, change):
    folder = scratch / name
    shutil.copytree(scratch / "ts", folder)
    path = folder / "index1.ts"
    path.write_bytes(change(path.read_bytes()))
    judge(name, folder, "ts-broken")


def expect(what, got, wanted):
    if got != wanted:
        failed.append(f"{what}: got {got!r}, wanted {wanted!r}")


facts = judge("ts", make("ts", AVC))
expect("codecs", [t[2] for t in facts[0].tracks], ["avc1.4d400d", "mp4a.40.2"])
expect("size", facts[0].tracks[0][4], (160, 90))
expect("pictures", [f.frames for f in facts], [50, 50, 50])
facts = judge("fmp4", make("fmp4", AVC, "-hls_segment_type", "fmp4"))
expect("codecs", [t[2] for t in facts[0].tracks], ["avc1.4d400d", "mp4a.40.2"])
facts = judge("anamorphic", make("anamorphic", AVC + " -vf setsar=4/3", "-hls_segment_type", "fmp4"))
expect("size with square pixels", facts[0].tracks[0][4], (213, 90))
x265 = "-c:v libx265 -preset ultrafast -pix_fmt yuv420p -tag:v hvc1 -x265-params log-level=none:bframes=0:scenecut=0:keyint=50:open-gop=0"
facts = judge("hevc", make("hevc", x265, "-hls_segment_type", "fmp4"))
expect("size", facts[0].tracks[0][4], (160, 90))
expect("codecs", facts[0].tracks[0][2].split(".")[:3], ["hvc1", "1", "6"])

broken("sync byte", lambda data: data[:188 * 5] + b"x" + data[188 * 5 + 1:])
broken("cut", lambda data: data[:-50])
broken("empty", lambda data: b"")
broken("a packet is lost", lambda data: data[:188 * 9] + data[188 * 10:])
broken("no PAT", lambda data: data[188 * 3:])

shutil.rmtree(scratch)
print("\n".join(failed) or "transport streams and other codecs are judged alike")
sys.exit(bool(failed))
