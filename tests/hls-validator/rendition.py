"""One media playlist, loaded again and again as a player would, and judged each time."""

import time

import list_rules
import media_parser
import playlist as playlists
import reload_rules
import source
from media_rules import Media

MARGIN = 1.0  # seconds before the time at which a file may be gone
SLACK = 0.5  # seconds of a reload that came late by itself
DELTA_EVERY = 8  # reloads


class Rendition:
    def __init__(self, url, name, report):
        self.url, self.name = url, name
        self.judge = report.at(name)
        self.media = Media(url, self.judge)
        self.playlist = None
        self.dates = {}  # msn -> seconds since 1970
        self.changed_at = None
        self.longest = 0.0  # duration of the longest list
        self.leaving = []  # [when to look next, until when it has to be there, URI, msn] of files that have left the list
        self.reloads = 0

    @property
    def ended(self):
        return self.playlist is not None and self.playlist.ended

    def load(self):
        """Loads and judges once.  False when there is no playlist."""
        query, wanted, patience = self.directives()
        answer = source.get(self.url, query=query, patience=patience)
        if answer.status == 503 and wanted is not None:  # bis 6.2.5.2: what the server says when nothing comes
            self.judge("late", "a blocked reload was given up: 503")
            return False
        if not answer.ok:
            self.judge("absent", f"{answer.status or 'no answer'}")
            return False
        path = self.url.split("?")[0]
        if not path.endswith((".m3u8", ".m3u")) and answer.type not in ("application/vnd.apple.mpegurl", "audio/mpegurl"):
            self.judge("content-type", f"{answer.type or 'none'}")
        now = self.parse(answer.body)
        if now is None:
            return False
        self.judge_answer(now, wanted, answer.seconds)
        self.take(now)
        return True

    def parse(self, body):
        lines = playlists.Lines(body, self.judge)
        if playlists.is_multivariant(lines):
            self.judge("tag-mixed", "a multivariant playlist where a media playlist should be")
            return None
        return media_parser.parse_media(lines, self.judge)

    def directives(self):
        """Blocking reload where it is offered: (query, (msn, part), patience)."""
        last = self.playlist
        if last is None or last.ended or not source.is_web(self.url) or last.control.get("CAN-BLOCK-RELOAD") != "YES":
            return None, None, source.PATIENCE
        wanted = (last.open.msn, len(last.open.parts) if last.part_target else None)
        query = {"_HLS_msn": wanted[0]}
        if wanted[1] is not None:
            query["_HLS_part"] = wanted[1]
        return query, wanted, 3 * last.target + source.PATIENCE

    def judge_answer(self, now, wanted, seconds):
        if wanted is None or now.ended:
            return
        msn, part = wanted
        if reload_rules.is_new_broadcast(self.playlist, now):
            return
        got = now.last_msn >= msn or (part is not None and now.open.msn == msn and len(now.open.parts) > part)
        if not got:
            self.judge("block-answer", f"asked for {msn}{'' if part is None else f'.{part}'}, got {now.last_msn} after {seconds:.1f} s")

    def take(self, now):
        moment = time.monotonic()
        before = self.playlist
        list_rules.check(now, self.judge)
        if before is not None:
            if reload_rules.is_new_broadcast(before, now) and (before.ended or now.dsn > before.dsn):
                self.begin_again()
            else:
                if now != before:
                    self.judge_late(before, moment)
                if reload_rules.check(before, now, self.judge):
                    self.note_leaving(before, now, moment)
                else:
                    self.begin_again()
        if before is None or now != before:
            self.changed_at = moment
        self.playlist = now
        self.longest = max(self.longest, now.duration)
        self.dates |= list_rules.resolved_dates(now)
        self.media.take(now)
        self.judge_leaving(moment)
        self.reloads += 1
        if self.reloads % DELTA_EVERY == 1:
            self.judge_delta()

    def begin_again(self):
        """Nothing of what was counts any more."""
        self.media = Media(self.url, self.judge)
        self.dates, self.leaving, self.longest = {}, [], 0.0

    def judge_late(self, before, moment):
        if before.ended or self.changed_at is None:
            return
        waited = moment - self.changed_at
        if waited > 1.5 * before.target + self.pace(False) + SLACK:
            self.judge("late", f"{waited:.1f} s after the version before, the target is {before.target} s")

    def pace(self, changed):
        """Seconds until the next reload."""
        last = self.playlist
        if last is None:
            return 1.0
        if self.directives()[0]:
            return 0.0
        usual = last.part_target if last.part_target and not last.ended else last.target
        return max(0.05, usual if changed and not last.part_target else usual / 2)

    def note_leaving(self, before, now, moment):
        for segment in before.segments:
            if segment.msn >= now.msn or segment.gap:
                continue
            self.leaving.append([moment, moment + segment.duration + self.longest - MARGIN, segment.uri, segment.msn])

    def judge_leaving(self, moment):
        for one in self.leaving:
            due, until, uri, msn = one
            if due > moment or until < moment:
                continue
            if not source.is_there(source.resolve(self.url, uri)):
                self.judge("removed-early", f"{uri} is gone", f"#{msn}")
                one[1] = 0
            one[0] = moment + self.playlist.target
        self.leaving = [one for one in self.leaving if one[1] > moment]

    def judge_delta(self):
        """A delta update says the same as the playlist, but for what it skips."""
        full = self.playlist
        until = full.control.get("CAN-SKIP-UNTIL")
        if not until or full.ended or not source.is_web(self.url):
            return
        answer = source.get(self.url, query={"_HLS_skip": "YES"})
        now = self.parse(answer.body) if answer.ok else None
        if now is None:
            self.judge("delta-wrong", f"_HLS_skip=YES: {answer.status}")
            return
        behind = sum(s.duration for s in now.segments)
        if now.skipped and behind + 0.001 < float(until) - full.target:
            self.judge("delta-wrong", f"{now.skipped} segments skipped within CAN-SKIP-UNTIL={until}")
        known = {s.msn: s for s in full.segments}
        for segment in now.segments:
            same = known.get(segment.msn)
            if same and (same.uri, same.duration, same.gap, same.discontinuity) != (
                    segment.uri, segment.duration, segment.gap, segment.discontinuity):
                self.judge("delta-wrong", f"{segment.uri} is not {same.uri}", f"#{segment.msn}")
                return

    def follow(self, stop, until):
        """Reloads until `until` (monotonic) or `stop` (an event) is set."""
        while not stop.is_set() and time.monotonic() < until:
            before = self.playlist
            if not self.load():
                stop.wait(0.5)
            pause = self.pace(before is None or self.playlist != before)
            stop.wait(min(pause, max(0.0, until - time.monotonic())))
