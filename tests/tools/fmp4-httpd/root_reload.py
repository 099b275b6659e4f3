"""--root: blocked reloads, hinted parts, delta updates and reports of a playlist with parts."""

import os
import re
import shutil
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
import tree
from server import Server, check, connect, get, request_text, until

with tempfile.TemporaryDirectory(prefix="root.") as root:
    low, high = tree.stream(root)
    with Server("--root", root, "--status", "127.0.0.1:0", stdin=None) as server:
        port = server.port
        url = "/cam/360p/index.m3u8"

        def text(query=""):
            reply = get(port, url + query)
            check(reply.status == 200, query, reply)
            return reply.body.decode()

        def waiting(ask):
            asked = tree.Asked(ask)
            asked.join(0.3)
            check(asked.is_alive(), "answered at once:", asked.reply)
            return asked

        first = text()
        for tag in ("CAN-BLOCK-RELOAD=YES", "CAN-SKIP-UNTIL=60", "PART-HOLD-BACK=3", "HOLD-BACK=12",
                    '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="7006.0.m4s"',
                    '#EXT-X-RENDITION-REPORT:URI="../480p/index.m3u8",LAST-MSN=105,LAST-PART=3'):
            check(tag in first, tag, "is not in", first)

        # The next part releases who waits for it, and who waits for its bytes.
        part = waiting(lambda: get(port, url + "?_HLS_msn=106&_HLS_part=0"))
        hinted = waiting(lambda: get(port, "/cam/360p/7006.0.m4s"))
        whole = waiting(lambda: get(port, url + "?_HLS_msn=106"))
        low.add_part()
        check('URI="7006.0.m4s"' in part.answer(5).body.decode(), part.reply)
        check(hinted.answer(5).body == b"part 7006.0 " * 250, hinted.reply)
        check(whole.is_alive(), "the segment is not whole yet")
        for _ in range(3):
            low.add_part()
        check("\n7006.m4s\n" in whole.answer(5).body.decode(), whole.reply)

        # A part beyond its segment is the next one's first.
        check(text("?_HLS_msn=106&_HLS_part=3"), "it is there")
        beyond = waiting(lambda: get(port, url + "?_HLS_msn=106&_HLS_part=4"))
        low.add_part()
        check('URI="7007.0.m4s"' in beyond.answer(5).body.decode(), beyond.reply)

        # What cannot be right.
        for query in ("?_HLS_msn=109", "?_HLS_msn=999", "?_HLS_part=1", "?_HLS_msn=x", "?_HLS_msn=107&_HLS_part=99",
                      "?_HLS_msn=107&_HLS_part=4", "?_HLS_msn=107&_HLS_msn=107", "?_HLS_skip=NO", "?_HLS_msn=107&_HLS_part=-1"):
            check(get(port, url + query).status == 400, query)
        check(get(port, "/cam/360p/7099.0.m4s").status == 404, "no hint named it")

        # What a viewer has of a long list; a short one is sent whole.
        check(text("?_HLS_skip=YES") == text(), "less than a minute")
        tree.stream(root, "long", 20)
        url = "/long/360p/index.m3u8"
        delta = text("?_HLS_skip=YES")
        check(delta == text("?_HLS_skip=v2"), "there are no date ranges to be skipped")
        check("#EXT-X-SKIP:SKIPPED-SEGMENTS=5\n" in delta and "#EXT-X-VERSION:9" in delta, delta)
        check("\n7004.m4s\n" not in delta and "\n7005.m4s\n" in delta, delta)
        url = "/cam/360p/index.m3u8"

        # A viewer who leaves is forgotten.
        status = int(re.search(r"http://127\.0\.0\.1:(\d+)/metrics", server.said())[1])

        def blocked(count):
            return f"\nfmp4_httpd_hls_waiting {count}\n" in get(status, "/metrics").body.decode()

        s = connect(port)
        s.sendall(request_text(url + "?_HLS_msn=107&_HLS_part=3", port))
        until("the request to wait", lambda: blocked(1))
        s.close()
        until("it to be forgotten", lambda: blocked(0))

        # Nothing comes for three targets: 503, and 404 for the part that was hinted at; meanwhile others are served.
        begun = time.monotonic()
        late = waiting(lambda: get(port, url + "?_HLS_msn=107&_HLS_part=3"))
        missed = waiting(lambda: get(port, "/cam/360p/7007.1.m4s"))
        check(get(port, "/cam/480p/index.m3u8").status == 200)
        check(late.answer(30).status == 503 and time.monotonic() - begun > 10, late.reply)
        check(missed.answer(30).status == 404 and time.monotonic() - begun > 10, missed.reply)

        # The end releases everybody, and promises nothing more.
        last = waiting(lambda: get(port, url + "?_HLS_msn=107&_HLS_part=2"))
        never = waiting(lambda: get(port, "/cam/360p/7007.1.m4s"))
        low.end()
        ended = last.answer(5).body.decode()
        check("#EXT-X-ENDLIST" in ended and "BLOCK" not in ended and "HINT" not in ended, ended)
        check(never.answer(5).status == 404, never.reply)
        check(get(port, url).headers["cache-control"] == "no-cache", "the next broadcast has the same address")
        for query in ("?_HLS_msn=999&_HLS_part=9", "?_HLS_part=1", "?_HLS_msn=x", "?_HLS_skip=YES", "?_HLS_skip=no"):
            check(text(query) == ended, "an ended list ignores", query)
        check("360p" not in get(port, "/cam/480p/index.m3u8").body.decode(), "a report of a list that has ended")

        # A stream that is taken away.
        gone = waiting(lambda: get(port, "/cam/480p/index.m3u8?_HLS_msn=106"))
        os.rename(os.path.join(root, "cam"), os.path.join(root, ".trash-1"))
        shutil.rmtree(os.path.join(root, ".trash-1"))
        check(gone.answer(15).status == 404, gone.reply)

        # One that is moved away and made anew while somebody watches: its events come from the new folder.
        old, _ = tree.stream(root, "fox")
        fox = "/fox/360p/index.m3u8"
        blocking = waiting(lambda: get(port, fox + "?_HLS_msn=106&_HLS_part=0"))
        os.rename(os.path.join(root, "fox"), os.path.join(root, "old"))
        old.folder = os.path.join(root, "old", "360p")
        new, _ = tree.stream(root, "fox")
        until("the new folder to be watched", lambda: server.watches(os.path.join(root, "fox", "360p")))
        old.add_part()
        check(blocking.is_alive(), "of the old folder's parts nobody wants to know:", blocking.reply)
        new.add_part()
        check('URI="7006.0.m4s"' in blocking.answer(5).body.decode(), blocking.reply)
        # Moved away and deleted, and made anew before anybody has looked.
        os.rename(os.path.join(root, "fox"), os.path.join(root, "older"))
        new, _ = tree.stream(root, "fox")
        shutil.rmtree(os.path.join(root, "older"))
        reply = get(port, fox)
        check(reply.status == 200 and "CAN-BLOCK-RELOAD=YES" in reply.body.decode(), reply)
        blocking = waiting(lambda: get(port, fox + "?_HLS_msn=106&_HLS_part=0"))
        new.add_part()
        check(blocking.answer(5).status == 200, blocking.reply)

        # More happens than the kernel keeps for us: what was lost is looked up.
        with open("/proc/sys/fs/inotify/max_queued_events") as file:
            most = int(file.read())
        names = [new.path(f"{number}.m4s") for number in (1, 2)]
        tree.publish(names[0], "x")
        blocking = waiting(lambda: get(port, fox + "?_HLS_msn=106&_HLS_part=1"))
        server.process.send_signal(signal.SIGSTOP)
        try:
            for n in range(min(most, 100_000) + 10):
                os.rename(names[n % 2], names[(n + 1) % 2])
            new.add_part()
        finally:
            server.process.send_signal(signal.SIGCONT)
        check('URI="7006.1.m4s"' in blocking.answer(5).body.decode(), blocking.reply)

        # Another init segment: the hint names the part alone, and who waited for it finds its init segment, too.
        while new.parts:
            new.add_part()
        next_one = 7000 + new.whole
        msn = next_one - 6900

        def hint():
            return re.findall(r"#EXT-X-PRELOAD-HINT:(.*)", get(port, fox).body.decode())

        until("the hint", lambda: hint() == [f'TYPE=PART,URI="{next_one}.0.m4s"'])
        blocking = waiting(lambda: get(port, fox + f"?_HLS_msn={msn}&_HLS_part=0&_HLS_skip=YES&t=1"))
        hinted = waiting(lambda: get(port, f"/fox/360p/{next_one}.0.m4s"))
        check(get(port, f"/fox/360p/init-{next_one}.mp4").status == 404, "nobody has hinted at it")
        new.new_init()
        new.add_part()
        check(hinted.answer(5).status == 200, hinted.reply)
        lines = blocking.answer(5).body.decode()
        check(f'#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-{next_one}.mp4?t=1"\n#EXT-X-PART:' in lines, lines)
        check(get(port, f"/fox/360p/init-{next_one}.mp4").body == f"init {next_one}".encode(), "the init segment")
        check(hint() == [f'TYPE=PART,URI="{next_one}.1.m4s"'], hint())

        # And our own end.
        other, _ = tree.stream(root, "dog")
        final = waiting(lambda: get(port, "/dog/360p/index.m3u8?_HLS_msn=106"))
    check(final.answer(5).status == 503, final.reply)
