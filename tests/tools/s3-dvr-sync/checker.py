"""tests/support/s3-check finds every fault that is planted, and none where there is none."""
import hashlib
import os
import pathlib
import subprocess
import tempfile

CHECK = pathlib.Path(os.environ["TESTS"]) / "support/s3-check"
HEAD = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:4\n"
MAP = '#EXT-X-MAP:URI="{}init-1.mp4"\n'


def entries(numbers, prefix=""):
    return "".join(f"#EXTINF:4,\n{prefix}{n}.m4s\n" for n in numbers)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def make(root):
    """A folder and a bucket where all is right: a broadcast of two volumes, an open one, and a recording."""
    local, bucket = root / "local", root / "bucket"
    for name in ["init-1.mp4", *(f"{n}.m4s" for n in range(1, 7))]:
        for place in (local, bucket):
            write(place / "cam/hd" / name, f"media {name}")
    for place in (local, bucket):
        write(place / "day 1/a+b.mp4", "recording")
    write(local / "cam/hd/index.m3u8", HEAD + entries([5, 6]))
    write(local / "cam/hd/journal.m3u8", HEAD + "#BROADCAST:one\n" + MAP.format("") + entries(range(1, 5)) +
          "#BROADCAST:two\n" + MAP.format("") + entries([5, 6]) + "#EXTINF:4,\n7.m")
    write(local / "cam/hd/.uploaded", "init-1.mp4\n1.m4s\n2.m4s\nvod-one.m3u8\n3.m")
    write(bucket / "cam/vod-one.m3u8", HEAD + MAP.format("hd/") + entries([1, 2], "hd/") + "#EXT-X-ENDLIST\n")
    write(bucket / "cam/vod-one-2.m3u8", HEAD + MAP.format("hd/") + entries([3, 4], "hd/") + "#EXT-X-ENDLIST\n")
    write(bucket / "cam/vod-two.m3u8", HEAD + MAP.format("hd/") + entries([5, 6], "hd/"))
    write(bucket / "rolling/vod-x.m3u8", HEAD + entries([1], "hd/x/"))
    write(local / "rolling/hd/1.m4s", "rolling")
    write(bucket / "rolling/hd/x/1.m4s", "rolling")
    truth = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(local)}"
             for p in sorted(local.rglob("*")) if p.is_file() and not p.name.endswith((".m3u8", ".uploaded"))]
    write(root / "truth", "\n".join(truth) + "\n")
    return local, bucket


def says(fault, *options):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        local, bucket = make(root)
        fault(local, bucket)
        run = subprocess.run([CHECK, "--truth", root / "truth", *options, local, bucket], capture_output=True, text=True,
                             check=False)
        assert run.returncode in (0, 1) and not run.stderr, run.stderr
        return run.returncode, run.stdout


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


FAULTS = {
    "its bytes are not those of its file": lambda l, b: write(b / "cam/hd/2.m4s", "media 3.m4s"),
    "there was never such a file": lambda l, b: write(b / "cam/hd/99.m4s", "x"),
    "names hd/2.m4s, which is not there": lambda l, b: (b / "cam/hd/2.m4s").unlink(),
    "names hd/init-1.mp4, which is not there": lambda l, b: (b / "cam/hd/init-1.mp4").unlink(),
    "is longer than the target": lambda l, b: replace(b / "cam/vod-two.m3u8", "#EXTINF:4,\nhd/6", "#EXTINF:4.5,\nhd/6"),
    "does not list what hd's journal does": lambda l, b: replace(b / "cam/vod-one.m3u8", entries([1], "hd/"), ""),
    "2 of 4 segments of hd, or no end": lambda l, b: (b / "cam/vod-one-2.m3u8").unlink(),
    "a volume before the last is open": lambda l, b: replace(b / "cam/vod-one.m3u8", "#EXT-X-ENDLIST\n", ""),
    "1 segments are lost": lambda l, b: replace(b / "cam/vod-one.m3u8", entries([2]).replace("2.m", "hd/2.m"),
                                                "#EXT-X-GAP\n" + entries([2], "hd/")),
    "was deleted and is not in the bucket": lambda l, b: [(p / "day 1/a+b.mp4").unlink() for p in (l, b)],
    "a+b.mp4: is not in the bucket": lambda l, b: (b / "day 1/a+b.mp4").unlink(),
    "names 3.m4s, which is not in the bucket": lambda l, b: [write(l / "cam/hd/.uploaded", "3.m4s\n"),
                                                            (b / "cam/hd/3.m4s").unlink()],
    "lists nothing": lambda l, b: write(b / "cam/vod-two.m3u8", HEAD),
}


def nothing(local, bucket):
    pass


assert says(nothing)[0] == 0, says(nothing)[1]
for words, fault in FAULTS.items():
    status, text = says(fault)
    assert status == 1 and words in text, f"wanted '{words}', got: {text}"

# On the way not everything is there yet, and what is safe may be gone here.
status, text = says(lambda l, b: [(b / "day 1/a+b.mp4").unlink(), (b / "cam/vod-one-2.m3u8").unlink()], "--partial")
assert status == 0, text
status, text = says(lambda l, b: (l / "cam/hd/1.m4s").unlink())
assert status == 0, text
print(f"{len(FAULTS)} faults are found")
