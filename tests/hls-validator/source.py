"""Where a tree is: a folder or a web server.  Both by URL, so that relative URIs resolve alike."""

import dataclasses
import http.client
import os
import pathlib
import time
import urllib.error
import urllib.parse
import urllib.request

MOST_BYTES = 256 << 20
NOWHERE = "file:///dev/null/no-uri"  # of what is no URI
PATIENCE = 10.0  # seconds for an answer that nobody blocks


@dataclasses.dataclass
class Answer:
    status: int
    body: bytes = b""
    type: str = ""
    seconds: float = 0.0

    @property
    def ok(self):
        return self.status in (200, 206)


def address_of(text):
    """The URL of what was given: a URL, a file, or a folder with a playlist in it."""
    if "://" in text:
        return text
    path = pathlib.Path(text).resolve()
    if path.is_dir():
        path = next((path / name for name in ("live.m3u8", "index.m3u8", "master.m3u8") if (path / name).exists()), path)
    return path.as_uri()


def is_web(url):
    return not url.startswith("file:")


def resolve(base, uri):
    try:
        return urllib.parse.urljoin(base, uri)
    except ValueError:
        return NOWHERE


def with_query(url, query):
    """`query` behind the query that is there."""
    if not query:
        return url
    parts = urllib.parse.urlsplit(url)
    joined = "&".join(filter(None, [parts.query, urllib.parse.urlencode(query)]))
    return urllib.parse.urlunsplit(parts._replace(query=joined))


def get(url, byte_range=None, query=None, patience=PATIENCE):
    """`byte_range`: (offset, length).  Status 404 also for files that are not there, 0 for servers that are not."""
    began = time.monotonic()
    answer = fetch(with_query(url, query), byte_range, patience) if is_web(url) else read(url, byte_range)
    answer.seconds = time.monotonic() - began
    return answer


def read(url, byte_range):
    path = urllib.request.url2pathname(urllib.parse.urlsplit(url).path)
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            offset, length = byte_range or (0, min(size, MOST_BYTES))
            if offset + length > size:
                return Answer(416)
            file.seek(offset)
            return Answer(200, file.read(length))
    except (OSError, ValueError):
        return Answer(404)


def fetch(url, byte_range, patience):
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "hls-validator"})
        if byte_range:
            request.add_header("Range", f"bytes={byte_range[0]}-{byte_range[0] + byte_range[1] - 1}")
        with urllib.request.urlopen(request, timeout=patience) as response:
            return Answer(response.status, response.read(MOST_BYTES), response.headers.get_content_type())
    except urllib.error.HTTPError as error:
        error.close()
        return Answer(error.code)
    except (OSError, ValueError, http.client.HTTPException):
        return Answer(0)


def is_there(url):
    if not is_web(url):
        return read(url, (0, 0)).ok
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=PATIENCE) as response:
            return response.status == 200
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except (OSError, ValueError, http.client.HTTPException):
        return False
