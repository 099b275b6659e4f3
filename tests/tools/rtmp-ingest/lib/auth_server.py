#!/usr/bin/python3
"""An operator's auth URL: prints "ready PORT", then a line for each POST: its content type and its body.

  /form     200 "name=carol" for the key good-one, an empty 200 for good-two, 403 for others
  /json     the same with {"name": "carol"}
  /silent   never answers
--tls CERT KEY: speaks HTTPS
"""
import http.server
import json
import ssl
import sys
import threading
import urllib.parse


class Auth(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        print(self.headers["Content-Type"], body, flush=True)
        if self.path == "/silent":
            threading.Event().wait()
        asked = json.loads(body) if self.path == "/json" else dict(urllib.parse.parse_qsl(body))
        name = b'{"name": "carol"}' if self.path == "/json" else b"name=carol"
        answer = name if asked.get("key") == "good-one" else b""
        allowed = asked["event"] == "end" or asked.get("key", "").startswith("good-")
        self.send_response(200 if allowed else 403)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Auth)
server.daemon_threads = True
if "--tls" in sys.argv:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[-2:])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", server.server_address[1], flush=True)
server.serve_forever()
