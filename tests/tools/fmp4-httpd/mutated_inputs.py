"""Streams with bytes changed, left out, doubled or cut off, from many writers: each stream fails by itself at most; the
server lives on in bounded memory, a viewer of a sound stream loses no frame, and viewers of the broken ones are whole."""

# TEST: timeout=300
import os
import random
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import Camera, Server, Viewer, check, consecutive, get, until

LONG = os.environ.get("LIVE_LONG") == "1"
WRITERS, ROUNDS = (50, 10) if LONG else (10, 5)
GOOD = fmp4.init() + b"".join(fmp4.fragment(n, n % 5 == 0, size=400) for n in range(12))


def mutated(dice):
    data = bytearray(GOOD)
    for _ in range(dice.choice([1, 1, 2, 5, 30])):
        at = dice.randrange(len(data))
        kind = dice.randrange(5)
        if kind == 0:
            data[at] = dice.randrange(256)
        elif kind == 1:
            data[at : at + 4] = dice.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1", b"moof", b"mdat", b"trun"])
        elif kind == 2:
            del data[at : at + dice.randrange(40)]
        elif kind == 3:
            data[at:at] = data[at : at + dice.randrange(60)]
        else:
            del data[at:]
        data = data or bytearray(1)
    return bytes(data)


def write_all(path, seed):
    dice = random.Random(seed)
    for _ in range(ROUNDS):
        data = mutated(dice)
        try:
            with open(path, "wb", buffering=0) as fifo:
                while data:
                    data = data[fifo.write(data) :]
        except BrokenPipeError:
            pass


with tempfile.TemporaryDirectory() as folder:
    paths = [os.path.join(folder, f"w{i}") for i in range(WRITERS)]
    for path in paths:
        os.mkfifo(path)
    inputs = [f"w{i}={path}" for i, path in enumerate(paths)]
    with Server("live=-", "--memory", "8M", *inputs) as server, Camera(server.write) as camera:
        until("frames", lambda: camera.number > 30)
        viewer = Viewer(server.port)
        threads = [threading.Thread(target=write_all, args=item, daemon=True) for item in zip(paths, range(WRITERS))]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            viewer.read_some()
            for name in ("w0", "w1"):
                check(get(server.port, f"/{name}.mp4", "HEAD").status in (200, 503), name)
        check(server.process.poll() is None, "the server has ended")
        until("the writers' ends", lambda: all(server.stats(f"w{i}")["state"] != "live" for i in range(WRITERS)))
        last = camera.number
        got = viewer.read_until("what came meanwhile", lambda got: got[-1].number > last)
        check(consecutive([f.number for f in got]) and all(f.whole for f in got), "the viewer lost frames")
        check(server.memory() < 400 << 20, "it uses", server.memory())
