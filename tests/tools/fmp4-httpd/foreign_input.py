"""What is no live fMP4 on stdin: one line says what it looks like and which command makes fMP4 of it, exit 65; bytes
that are cut off or too large likewise.  Nothing at all, and a proper end, are exit 0."""

import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import PATIENCE, check

INIT = fmp4.init()
FRAGMENT = fmp4.fragment(0, True)


def run(data, *arguments):
    """What the program says and how it ends when `data` is on its stdin."""
    command = [os.path.join(os.environ["BIN"], "fmp4-httpd"), "--listen", "127.0.0.1:0", *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(data, timeout=PATIENCE)
    finally:
        process.kill()
    check(out == b"", "it wrote to stdout")
    return process.returncode, err.decode()


def ffmpeg(*arguments):
    source = "testsrc2=s=160x120:r=25:d=1"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=PATIENCE).stdout


plain = fmp4.box(b"ftyp", b"isom", bytes(4), b"isom") + fmp4.box(b"free") + fmp4.box(b"mdat", bytes(5000))
huge = struct.pack(">I4sQ", 1, b"mdat", 2 << 30)
foreign = {
    "FLV": ffmpeg("-c:v", "flv", "-f", "flv", "-"),
    "MPEG-TS": ffmpeg("-c:v", "mpeg2video", "-f", "mpegts", "-"),
    "Matroska/WebM": ffmpeg("-c:v", "libvpx", "-f", "webm", "-"),
    "Annex B": ffmpeg("-c:v", "libx264", "-preset", "ultrafast", "-f", "h264", "-"),
    "JPEG": ffmpeg("-c:v", "mjpeg", "-f", "mjpeg", "-"),
    "plain MP4": plain,
    "text": b"Hello, this is certainly no video, only a text of some length.\n" * 20,
    "unknown data": bytes(range(128, 256)) * 100,
    "moof before moov": FRAGMENT,
    "cut off": INIT + FRAGMENT + FRAGMENT[:-100],
    "over the limit": INIT + FRAGMENT[: FRAGMENT.index(b"mdat") - 4] + huge + bytes(5000),
}
for looks_like, data in foreign.items():
    status, words = run(data)
    check(status == 65, looks_like, ": exit", status, words)
    last = words.strip().splitlines()[-1]
    check(looks_like in last, "it does not say", looks_like, "but", last)
    check("rtsp2fmp4" in last, "it does not tell the command:", last)

for data in (b"", INIT, INIT + FRAGMENT, INIT + FRAGMENT * 3):
    status, words = run(data)
    check(status == 0, "a proper end of", len(data), "bytes: exit", status, words)

status, words = run(INIT + fmp4.fragment(0, True, size=3_000_000), "--memory", "1M")
check(status == 65 and "over the limit" in words, "a fragment over --memory: exit", status, words)
