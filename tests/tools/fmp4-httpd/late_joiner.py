"""Whoever comes late sees a picture at once: the init segment, then the newest key frame's fragment, then every
fragment, on a time line that begins at 0 and with sequence numbers from 1; and so does who comes later still."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import Camera, Server, Viewer, check, consecutive, until

with Server() as server, Camera(server.write, gop=25) as camera:
    until("two GOPs", lambda: camera.number > 60)
    first = Viewer(server.port)
    until("another GOP", lambda: camera.number > 100)
    second = Viewer(server.port)
    for viewer in (first, second):
        fragments = viewer.read_until("60 fragments", lambda got: len(got) >= 60)
        inits, _, _ = fmp4.parse(viewer.data)
        check(len(inits) == 1 and viewer.data.startswith(fmp4.init()), "the init segment is not what was written")
        check(fragments[0].key and fragments[0].number % 25 == 0, "it began with frame", fragments[0].number)
        check(consecutive([f.number for f in fragments]), "frames were lost")
        check([f.sequence for f in fragments] == list(range(1, len(fragments) + 1)), "mfhd does not count from 1")
        check(all(f.whole for f in fragments), "a payload is not what was written")
        for n, f in enumerate(fragments):
            check(f.times == {1: n * 3600, 2: n * 1920}, "fragment", n, "is at", f.times)
    check(second.data != first.data[: len(second.data)], "both began at the same key frame")
