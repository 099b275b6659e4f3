"""--root: files with validators and ranges, playlists zipped, Cache-Control by kind, CORS on errors too."""

import gzip
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import tree
from server import Server, check, connect, get, read_head, request_text, until

FOREVER = "public, max-age=31536000, immutable"

with tempfile.TemporaryDirectory(prefix="root.") as root:
    low, _ = tree.stream(root)
    tree.publish(os.path.join(root, "cam", "vod-1.m3u8"), "#EXTM3U\n#EXTINF:4,\n360p/7000.m4s\n#EXT-X-ENDLIST\n")
    tree.publish(os.path.join(root, "cam", "vod-2.m3u8"), "#EXTM3U\n#EXTINF:4,\n360p/7000.m4s\n")
    tree.publish(os.path.join(root, "film.mp4"), bytes(range(256)) * 4096)

    with Server("--root", root, "--cors", "https://www.example.org", stdin=None) as server:
        port = server.port

        def kind(path, content_type, cache):
            reply = get(port, path)
            check(reply.status == 200, path, reply)
            check(reply.headers["content-type"] == content_type, path, reply)
            check(reply.headers["cache-control"] == cache, path, reply)
            return reply

        playlist = "application/vnd.apple.mpegurl"
        kind("/cam/live.m3u8", playlist, "max-age=60")
        kind("/cam/360p/index.m3u8", playlist, "no-cache")
        kind("/cam/vod-1.m3u8", playlist, FOREVER)
        kind("/cam/vod-2.m3u8", playlist, "no-cache")
        segment = kind("/cam/360p/7000.m4s", "video/mp4", FOREVER)
        kind("/cam/360p/7000.1.m4s", "video/mp4", FOREVER)
        kind("/cam/360p/init-7000.mp4", "video/mp4", FOREVER)
        film = kind("/film.mp4", "video/mp4", "no-cache")
        check(film.body == bytes(range(256)) * 4096, "the film is another")
        check(segment.body == b"segment 7000 " * 1000, "the segment is another")

        # What the client has already.
        etag = segment.headers["etag"]
        same = get(port, "/cam/360p/7000.m4s", headers=[f"If-None-Match: {etag}"])
        check(same.status == 304 and not same.body and "content-length" not in same.headers, same)
        check(same.headers["etag"] == etag and same.headers["cache-control"] == FOREVER, same)
        live = get(port, "/cam/360p/index.m3u8")
        check(get(port, "/cam/360p/index.m3u8", headers=[f"If-None-Match: {live.headers['etag']}"]).status == 304)

        # Parts of a file.
        for asked, status, told, body in (
            ("bytes=0-6", 206, "bytes 0-6/13000", b"segment"),
            ("bytes=-5", 206, "bytes 12995-12999/13000", b"7000 "),
            ("bytes=12990-99999", 206, "bytes 12990-12999/13000", b"ment 7000 "),
            ("bytes=13000-", 416, "bytes */13000", b""),
            ("bytes=-0", 416, "bytes */13000", b""),
            ("bytes=0-1,5-6", 200, None, segment.body),
            ("bytes=0-9,5-14", 200, None, segment.body),
            ("bytes=-99999", 206, "bytes 0-12999/13000", segment.body),
            ("bytes=12999-", 206, "bytes 12999-12999/13000", b" "),
            ("bytes=0-99999999999999999999999", 206, "bytes 0-12999/13000", segment.body),
            ("bytes=99999999999999999999999-", 416, "bytes */13000", b""),
            ("bytes=-", 200, None, segment.body),
            ("bytes=--5", 200, None, segment.body),
            ("bytes=" + ",".join(["0-"] * 1000), 200, None, segment.body),
            ("bytes=6-2", 200, None, segment.body),
            ("octets=0-1", 200, None, segment.body),
        ):
            reply = get(port, "/cam/360p/7000.m4s", headers=[f"Range: {asked}"])
            check(reply.status == status and reply.headers.get("content-range") == told, asked, reply)
            check(reply.body == body, asked, reply)
        other = get(port, "/cam/360p/7000.m4s", headers=["Range: bytes=0-1", 'If-Range: "other"'])
        check(other.status == 200, other)
        modified = segment.headers["last-modified"]
        for condition, status in ((etag, 206), (f"W/{etag}", 200), (modified, 206), ("Sat, 21 Nov 2020 08:00:00 GMT", 200),
                                  ("rubbish", 200)):
            ours = get(port, "/cam/360p/7000.m4s", headers=["Range: bytes=0-6", f"If-Range: {condition}"])
            check(ours.status == status and ours.body.startswith(b"segment"), condition, ours)
        since = get(port, "/cam/360p/7000.m4s", headers=[f"If-Modified-Since: {modified}"])
        check(since.status == 304, since)

        head = get(port, "/cam/360p/7000.m4s", "HEAD")
        check(head.status == 200 and head.headers["content-length"] == "13000", head)
        head = get(port, "/cam/360p/7000.m4s", "HEAD", headers=["Range: bytes=0-6"])
        check(head.status == 200, "ranges are of GET alone:", head)

        # A page is told what is wrong by whoever refuses it, before the request is understood, too.
        for path, status in (("/%zz", 400), ("/" + "a" * 9000, 414)):
            for origin, allowed in (("https://www.example.org", "https://www.example.org"), ("https://example.com", None)):
                refused = get(port, path, headers=[f"Origin: {origin}"])
                check(refused.status == status, path[:9], refused)
                check(refused.headers.get("access-control-allow-origin") == allowed, path[:9], refused)

        # Playlists that are completed here have validators, too: of each version, and of each coding.
        url, gzipped = "/cam/360p/index.m3u8", "Accept-Encoding: gzip"
        tags = {None: live.headers["etag"], gzipped: get(port, url, headers=[gzipped]).headers["etag"]}
        for coding, tag in tags.items():
            for coding_now in tags:
                more = [coding_now] if coding_now else []
                known = get(port, url, headers=[f'If-None-Match: W/"a", {tag}', *more])
                check(known.status == (304 if coding == coding_now else 200), coding, coding_now, known)
                check(known.headers["cache-control"] == "no-cache" and known.headers["vary"] == "Accept-Encoding", known)
        head = get(port, url, "HEAD", headers=[gzipped])
        check(head.status == 200 and head.headers["etag"] == tags[gzipped] and not head.body, head)
        check(get(port, url, headers=["Range: bytes=0-9"]).status == 200, "a playlist has no ranges")
        carried = get(port, url + "?token=a")
        check(carried.headers["etag"] != tags[None], "another text with the same tag")
        low.add_part()

        def changed():
            return get(port, url, headers=[f"If-None-Match: {tags[None]}"]).status == 200

        until("the next version", changed)
        whole = get(port, "/cam/live.m3u8")
        check(get(port, "/cam/live.m3u8", headers=[f"If-None-Match: {whole.headers['etag']}"]).status == 304)
        live = get(port, url)

        zipped = get(port, "/cam/360p/index.m3u8", headers=["Accept-Encoding: gzip"])
        check(zipped.headers["content-encoding"] == "gzip" and zipped.headers["vary"], zipped)
        check(gzip.decompress(zipped.body) == live.body, "unzipped it is another")
        check(zipped.headers["etag"] != live.headers["etag"], "two encodings with one strong tag")
        plain = get(port, "/cam/360p/7000.m4s", headers=["Accept-Encoding: gzip"])
        check("content-encoding" not in plain.headers, "media is not zipped:", plain)

        # A viewer's token goes along, on every URI.
        carried = get(port, "/cam/live.m3u8?token=a").body.decode()
        check("\n360p/index.m3u8?token=a\n" in carried and "\n480p/index.m3u8?token=a\n" in carried, carried)
        carried = get(port, "/cam/360p/index.m3u8?token=a").body.decode()
        for uri in ('"init-7000.mp4?token=a"', "\n7000.m4s?token=a\n", '"7005.3.m4s?token=a"', '"7006.1.m4s?token=a"',
                    '"../480p/index.m3u8?token=a"'):
            check(uri in carried, uri, "is not in", carried)
        delta = get(port, "/cam/360p/index.m3u8?a=1&_HLS_skip=YES&b=%22").body.decode()
        check("\n7005.m4s?a=1&b=%22\n" in delta and "_HLS" not in delta, delta)
        odd = get(port, "/cam/live.m3u8?t=\"{$a}<>'|%0a%0D&_HLS_x=1&u=%").body.decode()
        check("\n360p/index.m3u8?t=%22%7B$a%7D%3C%3E'%7C%0a%0D&u=%\n" in odd, odd)

        # Errors say so, to other pages too, and are not kept.
        origin = ["Origin: https://www.example.org"]
        missing = get(port, "/cam/360p/1.m4s", headers=origin)
        check(missing.status == 404 and missing.headers["cache-control"] == "no-store", missing)
        check(missing.headers["access-control-allow-origin"] == "https://www.example.org", missing)
        for path, more, status in (
            ("/cam/360p/7000.m4s", ["Range: bytes=13000-"], 416), ("/cam/360p/index.m3u8?_HLS_part=1", [], 400),
            ("/none/live.m3u8", [], 404), ("/cam/360p/7000.m4s", ['If-Match: "other"'], 412),
        ):
            reply = get(port, path, headers=[*origin, *more])
            check(reply.status == status, path, reply)
            check(reply.headers["access-control-allow-origin"] == "https://www.example.org", path, reply)
        check(get(port, "/cam/live.m3u8", headers=origin).headers["access-control-allow-origin"], "no CORS")
        check(get(port, "/cam/360p/7000.m4s", "OPTIONS").status == 204)
        check(get(port, "/cam/360p/7000.m4s", "PUT").status == 405)

        # Pages.
        check(b"hls.js" in get(port, "/cam/").body, "the page of a stream of the tree")
        check(get(port, "/cam").headers["location"] == "cam/")
        check(get(port, "/none/").status == 404)
        check(get(port, "/-/hls.min.js").body == b"", "there is no hls.js")

        # All streams, for the page that lists them.
        def listed():
            return [(s["name"], s["state"], s.get("hls")) for s in json.loads(get(port, "/stats.json").body)["streams"]]

        check(listed() == [("cam", "live", True)], listed())
        record = {"id": "a", "started": "2026-11-21T17:00:00.000Z", "state": "ended", "record": False, "resume": "60s", "renditions": []}
        tree.publish(os.path.join(root, "cam", ".stream.json"), json.dumps(record))
        until("its end", lambda: listed() == [("cam", "ended", True)])

        # One connection for all.
        with connect(port) as s:
            file = s.makefile("rb")
            for number in range(7000, 7006):
                s.sendall(request_text(f"/cam/480p/{number}.m4s", port))
                reply = read_head(file)
                check(file.read(int(reply.headers["content-length"])) == f"segment {number} ".encode() * 1000)
