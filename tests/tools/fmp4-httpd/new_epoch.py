"""A new init segment in mid-stream.  With the same parameters a bare response goes on, on one time line; with others it
ends after the last whole fragment, and whoever asks again gets the new one.  A WebSocket hears of each epoch."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import Server, Viewer, WebSocket, check, until


def frames(server, first, end, **more):
    for number in range(first, end):
        server.write(fmp4.fragment(number, number % 5 == 0, **more))


with Server() as server:
    server.write(fmp4.init())
    frames(server, 0, 10)
    until("the stream", lambda: server.stats()["fragments"] == 10)
    bare = Viewer(server.port)
    old = Viewer(server.port, version="1.0")
    socket = WebSocket(server.port)
    until("three viewers", lambda: server.stats()["viewers"] == 3)
    frames(server, 10, 12)

    # A writer that began anew: the same parameters, stamps from 10 s again.
    server.write(fmp4.init())
    frames(server, 0, 7)
    got = bare.read_until("the same parameters again", lambda got: len(got) >= 14)
    check([f.number for f in got] == [5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6], [f.number for f in got])
    check([f.times[1] for f in got] == [n * 3600 for n in range(14)], "the time line:", [f.times[1] for f in got])
    check(len(fmp4.parse(bare.data)[0]) == 1, "a second init in one response")

    # Another size.
    server.write(fmp4.init(width=1280))
    frames(server, 0, 7)
    for viewer in (bare, old):
        inits, fragments, rest = viewer.read_all()
        check(viewer.ended and not rest, "the response ends inside a box:", rest[:20])
        check(len(inits) == 1 and len(fragments) == 14, len(inits), len(fragments))
    again = Viewer(server.port)
    fragments = again.read_until("the new epoch", lambda got: len(got) >= 2)
    check(again.data.startswith(fmp4.init(width=1280)) and fragments[0].times[1] == 0, "not the new epoch")

    # What the WebSocket got: for each epoch the message, the init, the fragments with their own stamps.
    wanted = [("epoch", 1), ("init", fmp4.init())] + [("fragment", n) for n in range(5, 12)]
    wanted += [("epoch", 2), ("init", fmp4.init())] + [("fragment", n) for n in range(0, 7)]
    wanted += [("epoch", 3), ("init", fmp4.init(width=1280))] + [("fragment", n) for n in range(0, 7)]
    story = []
    while len(story) < len(wanted):
        kind, payload = socket.read()
        if kind == 1:
            message = json.loads(payload)
            if message["type"] == "epoch":
                check(message["mime"] == 'video/mp4; codecs="avc1.64001f,mp4a.40.2"', message)
                check(abs(message["now"] / 1000 - time.time()) < 60, message)
                story.append(("epoch", message["epoch"]))
        elif payload[4:8] == b"ftyp":
            story.append(("init", payload))
        else:
            story.append(("fragment", fmp4.parse(payload)[1][0].number))
    check(story == wanted, "the WebSocket's story:", [s[:2] for s in story if s[0] != "init"])
    check(server.stats()["epoch"] == 3 and server.stats()["width"] == 1280, server.stats())
