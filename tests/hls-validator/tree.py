"""What was given: a multivariant playlist with its renditions, or a media playlist alone."""

import threading
import time

import ladder_rules
import playlist as playlists
import source
from rendition import Rendition

RELOAD = 2.0  # seconds between looks at a multivariant playlist
BEHIND = 1  # segments by which a rendition report may be behind, or ahead of what was loaded


class Tree:
    def __init__(self, address, report):
        self.url = source.address_of(address)
        self.report = report
        self.judge = report.at(self.url.rsplit("/", 1)[-1].split("?")[0])
        self.renditions = {}  # URI as it is written -> Rendition
        self.versions = []  # every multivariant playlist that was seen
        self._body = None
        self.stop = threading.Event()

    def judge_once(self):
        if not self.load():
            return
        for rendition in list(self.renditions.values()):
            rendition.load()
        self.judge_together()

    def follow(self, seconds):
        """For so long, or until `self.stop` is set."""
        until, stop = time.monotonic() + seconds, self.stop
        threads = {}
        try:
            while time.monotonic() < until and not stop.is_set():
                if not self.load() and not self.renditions:
                    return
                for uri, rendition in self.renditions.items():
                    if uri not in threads:
                        threads[uri] = threading.Thread(target=rendition.follow, args=(stop, until))
                        threads[uri].start()
                self.judge_reports()
                stop.wait(max(0.0, min(RELOAD, until - time.monotonic())))
        finally:
            stop.set()
            for thread in threads.values():
                thread.join()
        self.judge_together()

    def load(self):
        """False when there is nothing to be judged."""
        answer = source.get(self.url)
        if not answer.ok:
            self.judge("not-a-playlist" if not self.renditions else "absent", f"{self.url}: {answer.status or 'no answer'}")
            return False
        if answer.body == self._body:
            return True
        if not self.is_playlist(answer.body):
            self.judge("not-a-playlist", f"{self.url}: neither kind")
            return False
        self._body = answer.body
        quiet = playlists.Lines(answer.body, lambda *_: None)
        if not playlists.is_multivariant(quiet):
            name = self.url.rsplit("/", 1)[-1].split("?")[0]
            self.renditions.setdefault("", Rendition(self.url, name, self.report))
            return True
        self.take(answer)
        return True

    def is_playlist(self, body):
        quiet = playlists.Lines(body, lambda *_: None)
        return bool(quiet.tags) or b"#EXT" in body[:4096]

    def take(self, answer):
        lines = playlists.Lines(answer.body, self.judge)
        version = playlists.parse_multivariant(lines, self.judge)
        ladder_rules.check_attributes(version, self.judge)
        self.versions.append(version)
        uris = [uri for _, uri in version.variants] + [m["URI"] for m in version.media if m.get("URI")]
        for uri in uris:
            if uri not in self.renditions:
                self.renditions[uri] = Rendition(source.resolve(self.url, uri), uri, self.report)

    def judge_together(self):
        for version in self.versions:
            for attributes, uri in version.variants:
                rendition = self.renditions[uri]
                if rendition.playlist is not None:
                    ladder_rules.check_variant(attributes, rendition.media, rendition.playlist.target, self.report.at(uri))
        loaded = {uri: (r.playlist, r.media, r.dates) for uri, r in self.renditions.items() if r.playlist is not None}
        ladder_rules.check_alignment(loaded, self.report.at(""))
        self.judge_reports()

    def judge_reports(self):
        """Rendition reports against what those renditions were when they were loaded last."""
        for rendition in list(self.renditions.values()):
            if rendition.playlist is None or rendition.playlist.ended:
                continue
            for report in rendition.playlist.reports:
                self.judge_report(rendition, report)

    def judge_report(self, rendition, report):
        url = source.resolve(rendition.url, report.get("URI", "")).split("?")[0]
        other = next((r for r in self.renditions.values() if r.url.split("?")[0] == url), None)
        if other is None:
            if self.versions:
                rendition.judge("report-wrong", f"{report.get('URI')} is no rendition")
            return
        if other.playlist is None or not report.get("LAST-MSN"):
            return
        with_parts = [s.msn for s in [*other.playlist.segments, other.playlist.open] if s.parts]
        last = with_parts[-1] if with_parts else other.playlist.last_msn  # rfc8216bis 4.4.5.4
        if abs(int(report["LAST-MSN"]) - last) > BEHIND:
            rendition.judge("report-wrong", f"{report['URI']} ends with {report['LAST-MSN']}, it is {last}")
        if with_parts and "LAST-PART" not in report:
            rendition.judge("report-wrong", f"{report['URI']} has parts, and no LAST-PART")
