"""A viewer that reads too slowly skips to a key frame and sees whole fragments only; those that never read are dropped
after 10 s; one reads a byte a second.  None of them costs another one a single frame, nor the server memory."""

import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import Camera, Server, Viewer, WebSocket, check, connect, consecutive, request_text, until

RATE = 25
SIZE = 40_000  # 1 MB/s: socket buffers are full soon


def follow(viewer, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and viewer.read_some():
        pass


with Server("--max-lag", "3s", "--viewer-buffer", "2M", "--memory", "16M") as server:
    with Camera(server.write, gop=25, size=SIZE, rate=RATE) as camera:
        until("a GOP", lambda: camera.number > 30)
        good = Viewer(server.port)
        reader = threading.Thread(target=follow, args=(good, 30))
        reader.start()
        slow = Viewer(server.port, receive_buffer=16384)
        slow_socket = WebSocket(server.port, receive_buffer=16384)
        trickle = connect(server.port, receive_buffer=4096)
        trickle.sendall(request_text("/live.mp4", server.port))
        never = [Viewer(server.port, receive_buffer=16384) for _ in range(5)]

        def read_slowly():
            begun = time.monotonic()
            while time.monotonic() - begun < 25:
                if int(time.monotonic()) != int(time.monotonic() - 0.1):
                    trickle.recv(1)
                for each in (slow.read_some, slow_socket.read):
                    each()
                time.sleep(0.1)  # at most ten of 25 fragments a second

        read_slowly()
        until("the viewers that never read to be dropped", lambda: server.stats()["dropped"] >= len(never))
        reader.join()
        stats = server.stats()
        check(stats["skips"] >= 2 and stats["skipped_fragments"] > 0, stats)
        check(stats["viewers"] <= 4, "still there:", stats)

        fragments = fmp4.parse(slow.data)[1]
        numbers = [f.number for f in fragments]
        check(all(f.whole for f in fragments), "the slow viewer got a fragment in pieces")
        check(numbers == sorted(set(numbers)), "the slow viewer went back in time")
        skips = [(a, b) for a, b in zip(fragments, fragments[1:]) if b.number != a.number + 1]
        check(skips, "the slow viewer never skipped, it has", numbers[:3], numbers[-3:])
        for before, after in skips:
            check(after.key, "it skipped from", before.number, "to", after.number, "which is no key frame")
            apart = (after.number - before.number) * 3600
            check(after.times[1] - before.times[1] == apart, "the gap is not told truly:", before.times, after.times)
        check([f.sequence for f in fragments] == list(range(1, len(fragments) + 1)), "mfhd does not count on")

        kept = [f.number for f in fmp4.parse(good.data)[1]]
        check(len(kept) > 15 * RATE and consecutive(kept), "the good viewer lost frames:", len(kept))
        check(server.memory() < 200 << 20, "it uses", server.memory())
