"""What a page of another site may do: nothing.  A WebSocket's Origin must be our Host or listed with --cors; over
loopback, Host must be an address, localhost or a listed name, against DNS rebinding."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from server import Camera, Server, WebSocket, check, get, until

with Server("--cors", "https://cams.example.org") as server, Camera(server.write) as camera:
    port = server.port
    until("frames", lambda: camera.number > 3 and server.stats()["state"] == "live")

    def over_host(host, path="/stats.json"):
        return get(port, path, headers=[f"Host: {host}"]).status

    for host in (f"127.0.0.1:{port}", "localhost", f"LOCALHOST:{port}", "[::1]", "10.0.0.7", "cams.example.org"):
        check(over_host(host) == 200, host, over_host(host))
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "cams.example.org.evil.example"):
        for path in ("/", "/stats.json", "/live.mp4", "/live/"):
            check(over_host(host, path) == 403, host, path, over_host(host, path))
        check(WebSocket(port, headers=[f"Host: {host}"]).reply.status == 403, host)

    own = f"127.0.0.1:{port}"
    for origin in (None, f"http://{own}", "https://cams.example.org"):
        socket = WebSocket(port, headers=[f"Origin: {origin}"] if origin else [])
        check(socket.reply.status == 101, origin, socket.reply)
        check(socket.read()[0] == 1, "no epoch message")
        socket.close()
    proxied = WebSocket(port, headers=["Host: cams.example.org", "Origin: https://cams.example.org"])
    check(proxied.reply.status == 101, proxied.reply)
    for origin in ("https://evil.example", f"http://127.0.0.1:{port + 1}", "null", "http://localhost", f"ws://x/{own}"):
        check(WebSocket(port, headers=[f"Origin: {origin}"]).reply.status == 403, origin)
