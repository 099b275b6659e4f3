"""A stream that never sends a second key frame: memory stays under --memory, viewers that keep up go on, new ones wait;
the next key frame lets everybody in.  And a hundred viewers leave at once."""

import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import Server, Viewer, check, connect, consecutive, get, request_text, until

SIZE = 100_000


def ring_bytes(status_port):
    metrics = get(status_port, "/metrics").body.decode()
    return int(float(re.search(r'^fmp4_httpd_ring_bytes\{stream="live"\} (\S+)$', metrics, re.M)[1]))


with Server("--memory", "4M", "--status", "127.0.0.1:0") as server:
    status_port = int(until("the status address", lambda: re.search(r"status: at http:..127\.0\.0\.1:(\d+)", server.said()))[1])
    server.write(fmp4.init())
    server.write(fmp4.fragment(0, True, SIZE))
    until("the stream", lambda: server.stats()["state"] == "live")
    viewer = Viewer(server.port)
    viewer.read_until("the key frame", lambda got: got)
    for number in range(1, 200):  # 20 MB
        server.write(fmp4.fragment(number, False, SIZE))
        if number % 20 == 0:
            viewer.read_until("the frame", lambda got, wanted=number: got[-1].number == wanted)
            check(ring_bytes(status_port) <= 4 << 20, "the ring holds", ring_bytes(status_port))
    late = Viewer(server.port)
    server.write(fmp4.fragment(200, False, SIZE))
    server.write(fmp4.fragment(201, True, SIZE))
    got = late.read_until("the next key frame", lambda got: got)
    check(got[0].number == 201 and got[0].times[1] == 0, "the late viewer began with", got[0].number)
    got = viewer.read_until("it too", lambda got: got[-1].number == 201)
    check(consecutive([f.number for f in got]), "the viewer that kept up lost frames")

    crowd = [connect(server.port) for _ in range(100)]
    for s in crowd:
        s.sendall(request_text("/live.mp4", server.port))
    until("a hundred viewers", lambda: server.stats()["viewers"] == 102)
    for s in crowd:
        s.close()
    for number in range(202, 206):
        server.write(fmp4.fragment(number, False, SIZE))
    until("them to have left", lambda: server.stats()["viewers"] == 2)
    viewer.read_until("the next frame", lambda got: got[-1].number == 205)

    metrics = get(status_port, "/metrics").body.decode()
    check('fmp4_httpd_viewers{stream="live"} 2' in metrics, metrics)
    check(get(status_port, "/healthz").body.startswith(b"ok"), "healthz")
    check("127.0.0.1" not in metrics, "an address is in the metrics")
