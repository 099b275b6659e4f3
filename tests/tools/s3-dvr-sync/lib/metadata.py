"""A metadata service of an instance and of a container: metadata.py ACCESS SECRET SECONDS.  Says "ready PORT", and a line for each
request.  What it gives holds for SECONDS more, with a token that counts.  Below /moved it redirects to where it would give them."""
import datetime
import http.server
import json
import sys

ROLE = "/latest/meta-data/iam/security-credentials/"


class Handler(http.server.BaseHTTPRequestHandler):
    given = 0

    def log_message(self, *_):
        pass

    def answer(self, status, text="", headers=()):
        print(f"{self.command} {self.path} {status}", flush=True)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        if self.path.startswith("/moved"):
            self.answer(307, headers=[("Location", "/latest/api/token")])
        else:
            self.answer(200 if self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") else 400, "TOKEN")

    def credentials(self):
        Handler.given += 1
        expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=float(sys.argv[3]))
        self.answer(200, json.dumps({"AccessKeyId": sys.argv[1], "SecretAccessKey": sys.argv[2], "Token": f"session{Handler.given}",
                                     "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}))

    def do_GET(self):
        if self.path.startswith("/moved"):
            self.answer(302, headers=[("Location", "/container")])
        elif self.path == "/container" and self.headers.get("Authorization") == "PASS":
            self.credentials()
        elif self.headers.get("X-aws-ec2-metadata-token") != "TOKEN":
            self.answer(401)
        elif self.path == ROLE:
            self.answer(200, "site\n")
        elif self.path == ROLE + "site":
            self.credentials()
        else:
            self.answer(404)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"ready {server.server_port}", flush=True)
server.serve_forever()
