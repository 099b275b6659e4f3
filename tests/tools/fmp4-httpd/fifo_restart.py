"""A FIFO whose writer goes in the middle of a fragment and comes back: what was unfinished is dropped, viewers stay and
see the new writer's stream as a new epoch.  While nobody writes, new viewers are told to come again."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import Server, Viewer, WebSocket, check, get, until

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "door.fifo")
    os.mkfifo(path)
    with Server(f"door={path}") as server:
        check(server.stats("door")["state"] == "waiting", server.stats("door"))
        check(get(server.port, "/door.mp4").status == 503)

        with open(path, "wb", buffering=0) as fifo:
            fifo.write(fmp4.init())
            for number in range(6):
                fifo.write(fmp4.fragment(number, number == 0))
            until("the first writer", lambda: server.stats("door")["fragments"] == 6)
            viewer = Viewer(server.port, "/door.mp4")
            socket = WebSocket(server.port, "/door.ws")
            until("two viewers", lambda: server.stats("door")["viewers"] == 2)
            fifo.write(fmp4.fragment(6, False)[:-50])
        until("its end", lambda: server.stats("door")["state"] == "waiting")
        check(get(server.port, "/door.mp4").status == 503)
        check(server.stats("door")["viewers"] == 2, "viewers were sent away")

        for writer in range(3):  # at once after one another
            with open(path, "wb", buffering=0) as fifo:
                fifo.write(fmp4.init())
                for number in range(5):
                    fifo.write(fmp4.fragment(100 * writer + number, number == 0))
            until("writer", lambda: server.stats("door")["fragments"] == 6 + 5 * (writer + 1))
        wanted = [*range(6), *range(5), *range(100, 105), *range(200, 205)]
        got = viewer.read_until("all writers", lambda got: len(got) >= len(wanted))
        check([f.number for f in got] == wanted, [f.number for f in got])
        times = [f.times[1] for f in got]
        check(times == sorted(times), "time went back:", times)
        check(all(f.whole for f in got), "a fragment was cut off")
        inits = 0
        while inits < 4:
            inits += socket.read_kind(2)[4:8] == b"ftyp"

        # A writer of something else: the stream is failed until a right one comes.
        with open(path, "wb", buffering=0) as fifo:
            fifo.write(fmp4.init() + b"\xee" * 40)
            until("the failure", lambda: server.stats("door")["state"] == "failed")
        check("no box" in server.stats("door")["reason"], server.stats("door"))
        with open(path, "wb", buffering=0) as fifo:
            fifo.write(fmp4.init() + fmp4.fragment(0, True))
            until("the stream to be well", lambda: server.stats("door")["state"] == "live")
        check("reason" not in server.stats("door"), server.stats("door"))
