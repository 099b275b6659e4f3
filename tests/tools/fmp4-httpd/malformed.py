"""Two hundred requests that are wrong in some way, some of them cut off, some never ended: each gets a 4xx or the
end of its connection, the server lives on, and a viewer loses no frame meanwhile."""

import os
import random
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from server import Camera, Server, Viewer, WebSocket, check, connect, consecutive, request_text, until

dice = random.Random(20240229)


def broken(n, port):
    good = bytearray(request_text("/live.mp4", port, headers=["Accept: */*", "X-Long: " + "z" * dice.randrange(200)]))
    kind = n % 10
    if kind == 0:
        return good[: dice.randrange(len(good))]
    if kind == 1:
        return bytes(dice.randrange(256) for _ in range(dice.randrange(1, 3000)))
    if kind == 2:
        good[dice.randrange(12)] = dice.randrange(256)
    if kind == 3:
        return good.replace(b"\r\n", b"\n")
    if kind == 4:
        return good.replace(b"/live.mp4", b"/" + b"%" * dice.randrange(1, 30))
    if kind == 5:
        return good[:-2] + b"Content-Length: " + str(dice.choice([-1, 2**64, "x", 99999])).encode() + b"\r\n\r\n"
    if kind == 6:
        return good[:-2] + b"Transfer-Encoding: chunked\r\n\r\n" + b"fffffffffffffffff\r\n"
    if kind == 7:
        return good[:-2] + b"A" * dice.randrange(20000)
    if kind == 8:
        upgrade = "\r\n".join(WebSocket.handshake()).replace("13", str(dice.randrange(12)))
        return request_text("/live.ws", port, headers=[upgrade])
    if kind == 9:
        at = dice.randrange(len(good))
        good[at:at] = dice.choice([b"\0", b"\r", b"\n ", b"\xff\xfe", b": :", b"HTTP/9.9"])
    return bytes(good)


with Server() as server, Camera(server.write) as camera:
    until("frames", lambda: camera.number > 30)
    viewer = Viewer(server.port)
    open_ends = []
    for n in range(200):
        with connect(server.port) as s:
            try:
                s.sendall(broken(n, server.port))
                if n % 3 == 0:
                    s.shutdown(socket.SHUT_WR)
                s.settimeout(0.05)
                answer = s.recv(100)
                if answer.startswith(b"HTTP/1.1 5"):
                    check(answer.startswith(b"HTTP/1.1 503"), "request", n, "got", answer)
            except (TimeoutError, socket.timeout, ConnectionError):
                if n % 20 == 0:
                    open_ends.append(s.dup())
    have = len(viewer.read_until("what came meanwhile", lambda got: got and got[-1].number >= camera.number - 5))
    fragments = viewer.read_until("some more", lambda got: len(got) > have + 25)
    check(consecutive([f.number for f in fragments]), "the viewer lost frames")
    check(server.process.poll() is None, "the server has ended")
    for s in open_ends:
        s.close()
