"""What is asked, and what comes: media, pages, statuses, headers."""

import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import fmp4
from server import Camera, Server, Viewer, check, connect, get, read_head, request_text, until


def status(reply, wanted, *words):
    check(reply.status == wanted, "got", reply, "wanted", wanted)
    if wanted >= 400:
        check(reply.body.count(b"\n") <= 1, "the body is more than one line:", reply.body)
        check(reply.headers["content-type"].startswith("text/plain"), reply)
    for word in words:
        check(word.encode() in reply.body, word, "is not in", reply.body)
    return reply


def raw(port, data):
    with connect(port) as s:
        s.sendall(data)
        with s.makefile("rb") as file:
            reply = read_head(file)
            if reply:
                reply.body = file.read(int(reply.headers.get("content-length", 0)))
            return reply


with Server("--cors", "https://www.example.org") as server:
    port = server.port

    # Before the stream begins.
    waiting = status(get(port, "/live.mp4"), 503, "has not begun")
    check(int(waiting.headers["retry-after"]) > 0, waiting)
    status(get(port, "/live/"), 200)
    check(server.stats()["state"] == "waiting")

    with Camera(server.write) as camera:
        until("frames", lambda: server.stats()["fragments"] > 2)

        # Media.
        viewer = Viewer(port)
        headers = viewer.reply.headers
        check(headers["content-type"] == 'video/mp4; codecs="avc1.64001f,mp4a.40.2"', headers)
        check(headers["accept-ranges"] == "none" and headers["cache-control"] == "no-store", headers)
        check(headers["transfer-encoding"] == "chunked" and "content-length" not in headers, headers)
        for wanted in ("bytes=0-", "bytes=0-1", "bytes=1000000-", "bytes=-500", "nonsense"):
            ranged = Viewer(port, headers=[f"Range: {wanted}"])
            check("content-range" not in ranged.reply.headers, "a range was promised")
            ranged.read_until("a fragment", lambda got: got)
            check(ranged.data.startswith(fmp4.init()), "a range does not begin with the init segment")
            ranged.close()
        old = Viewer(port, version="1.0")
        check("transfer-encoding" not in old.reply.headers and not old.chunked, old.reply)
        check(old.reply.headers["connection"] == "close", old.reply)
        got = old.read_until("fragments", lambda got: len(got) > 10)
        check(got[0].key and got[0].times[1] == 0, "an HTTP/1.0 viewer began at", got[0].times)
        old.close()

        head = get(port, "/live.mp4", "HEAD")
        check(head.status == 200 and "content-length" not in head.headers, head)
        check(head.headers["content-type"] == headers["content-type"], head)

        # Pages.
        for path in ("/", "/live/", "/-/player.js", "/-/style.css", "/stats.json"):
            page = status(get(port, path), 200)
            check(len(page.body) == int(page.headers["content-length"]) > 0, path)
            alone = get(port, path, "HEAD")
            check(alone.status == 200 and int(alone.headers["content-length"]) > 0, path, alone)
        moved = status(get(port, "/live"), 308)
        check(moved.headers["location"] == "live/" and moved.headers["cache-control"] == "no-store", moved)
        check(get(port, "/live?token=a%2Fb").headers["location"] == "live/?token=a%2Fb")
        stats = json.loads(get(port, "/stats.json").body)
        live = stats["streams"][0]
        check(live["name"] == "live" and live["state"] == "live" and live["viewers"] >= 1, live)
        check((live["width"], live["height"], live["video"], live["audio"]) == (640, 360, "H.264", "AAC"), live)
        check("127.0.0.1" not in json.dumps(stats), "an address of a viewer is told")

        # What is not there, or not so.
        for path in ("/nobody.mp4", "/nobody.ws", "/nobody/", "/live.mp3", "/-/secret", "/metrics", "/healthz", "/a/b"):
            status(get(port, path), 404)
        for path in ("/%2e%2e/x", "/..%2fetc/passwd", "/live%00.mp4", "/live%zz"):
            check(get(port, path).status in (400, 404), path)
        for method in ("POST", "PUT", "DELETE", "PATCH", "BREW"):
            refused = status(get(port, "/live.mp4", method), 405)
            check(refused.headers["allow"] == "GET, HEAD, OPTIONS", refused)
        status(raw(port, request_text("/" + "x" * 9000, port)), 414)
        status(raw(port, request_text("/", port, headers=[f"X-{i}: {'y' * 1000}" for i in range(40)])), 431)
        for nonsense in (b"\r\nhello\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/2.0\r\n\r\n", b"\x16\x03\x01\x02\0\x01" * 9):
            status(raw(port, nonsense), 400)

        # Other origins.
        foreign = ["Origin: https://www.example.org"]
        asked = get(port, "/live.mp4", "OPTIONS", headers=[*foreign, "Access-Control-Request-Method: GET"])
        check(asked.status == 204 and asked.headers["allow"] == "GET, HEAD, OPTIONS", asked)
        check(asked.headers["access-control-allow-origin"] == "https://www.example.org", asked)
        check("GET" in asked.headers["access-control-allow-methods"], asked)
        check("Content-Range" in asked.headers["access-control-expose-headers"], asked)
        for path in ("/stats.json", "/nobody.mp4"):
            named = get(port, path, headers=foreign)
            check(named.headers["access-control-allow-origin"] == "https://www.example.org", path, named)
        stranger = get(port, "/stats.json", headers=["Origin: https://evil.example"])
        check("access-control-allow-origin" not in stranger.headers, stranger)

        # A head that does not come to its end; the server gives it 5 s.
        begun = time.monotonic()
        with connect(port) as s:
            s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            with s.makefile("rb") as file:
                late = read_head(file)
        check(late.status == 408 and time.monotonic() - begun > 3, late)
