"""How it ends: at the end of stdin, and when asked to, every viewer gets what waits for it and a proper end, and the exit
status is 0; one that takes nothing holds it up for a few seconds at most."""

import os
import pty
import re
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import PATIENCE, Server, Viewer, WebSocket, check, get, until


def story(server, frames=40, size=30_000):
    server.write(fmp4.init())
    for number in range(frames):
        server.write(fmp4.fragment(number, number == 0, size))
    until("the frames", lambda: server.stats()["fragments"] == frames)


def ends_well(viewer, frames=40):
    inits, fragments, rest = viewer.read_all()
    check(viewer.ended and not rest, "the response ends inside a box")
    check([f.number for f in fragments] == list(range(frames)), "it got", len(fragments), "of", frames)


for ask in ("eof", "TERM", "INT"):
    with Server() as server:
        story(server)
        viewers = [Viewer(server.port), Viewer(server.port, version="1.0"), Viewer(server.port, receive_buffer=20_000)]
        socket = WebSocket(server.port)
        stuck = Viewer(server.port, receive_buffer=20_000)  # never reads
        until("five viewers", lambda: server.stats()["viewers"] == 5)
        begun = time.monotonic()
        if ask == "eof":
            server.process.stdin.close()
        else:
            server.process.send_signal({"TERM": 15, "INT": 2}[ask])
        for viewer in viewers:
            ends_well(viewer)
        code = struct.unpack(">H", socket.read_kind(8)[:2])[0]
        check(code == (1000 if ask == "eof" else 1001), ask, "closes with", code)
        check(server.process.wait(PATIENCE) == 0, ask, "exit", server.process.returncode)
        check(time.monotonic() - begun > 2, "it did not wait for the one that takes nothing")

# --on-eof keep: viewers stay, new ones are told that it has ended.
with Server("--on-eof", "keep") as server:
    story(server, frames=3)
    viewer = Viewer(server.port)
    until("the viewer", lambda: server.stats()["viewers"] == 1)
    server.process.stdin.close()
    until("the end", lambda: server.stats()["state"] == "ended")
    check(get(server.port, "/live.mp4").status == 503 and get(server.port, "/live/").status == 200)
    check(server.stats()["viewers"] == 1, "the viewer was sent away")

# As many viewers as allowed.
with Server("--max-viewers", "2") as server:
    story(server, frames=3)
    two = [Viewer(server.port), WebSocket(server.port)]
    until("two viewers", lambda: server.stats()["viewers"] == 2)
    refused = get(server.port, "/live.mp4")
    check(refused.status == 503 and "retry-after" in refused.headers, refused)
    check(WebSocket(server.port).reply.status == 503)
    two[0].close()
    until("one to leave", lambda: server.stats()["viewers"] == 1)
    Viewer(server.port).close()

# A person who types the name alone is told what is missing.
ours, theirs = pty.openpty()
alone = subprocess.run([os.path.join(os.environ["BIN"], "fmp4-httpd")], stdin=theirs, capture_output=True, timeout=PATIENCE)
check(alone.returncode == 64 and re.search(rb"terminal.*rtsp2fmp4", alone.stderr), alone)
