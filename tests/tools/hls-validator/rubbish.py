"""Whatever the bytes of a tree are, the validator ends with breaches, never with an exception."""
import os
import pathlib
import random
import shutil
import sys
import tempfile

TESTS = pathlib.Path(os.environ["TESTS"])
sys.path[:0] = [str(TESTS / "hls-validator"), str(TESTS / "support")]

import breaches  # noqa: E402
import tree  # noqa: E402
from hls_tree import FIRST, Tree  # noqa: E402

ROUNDS = 2000 if os.environ.get("LIVE_LONG") == "1" else 150
SEED = int(os.environ.get("LIVE_SEED", "1"))
scratch = pathlib.Path(tempfile.mkdtemp(prefix="live-rubbish."))
Tree(scratch, segments=4, parts=True).write()
names = ["live.m3u8", *(f"high/{name}" for name in ("index.m3u8", f"init-{FIRST}.mp4", f"{FIRST + 2}.m4s", f"{FIRST + 3}.1.m4s"))]
words = [b"", b"-1", b"99999999999999999999", b"\0", b"\xff", b'"', b",", b"=", b"#EXT-X-", b"\n", b"YES", b"0.0", b"nan", b"http://["]


def spoil(data, dice):
    data = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(min(len(data), 1500) + 1)
        kind = dice.randrange(4)
        if kind == 0:
            data[at:at + 1] = dice.randbytes(1)
        elif kind == 1:
            data[at:at + dice.randint(0, 12)] = dice.choice(words)
        elif kind == 2:
            del data[at:at + dice.randint(1, 40)]
        else:
            data[at:at] = data[at - dice.randint(0, 60):at]
    return bytes(data)


found = 0
for n in range(ROUNDS):
    dice = random.Random(f"{SEED} {n}")
    path = scratch / dice.choice(names)
    whole = path.read_bytes()
    path.write_bytes(spoil(whole, dice))
    report = breaches.Report(lambda _: None)
    try:
        tree.Tree(str(scratch), report).judge_once()
    except Exception:
        print(f"FAIL: round {n} of seed {SEED}, {path.name}")
        raise
    found += bool(report.lines)
    path.write_bytes(whole)
shutil.rmtree(scratch)
print(f"{ROUNDS} spoilt trees, {found} of them with breaches")
sys.exit(found < ROUNDS // 2)
