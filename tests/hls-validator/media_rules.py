"""What a rendition's media must be, given its playlist."""

import zlib
from dataclasses import dataclass, field

import mp4
import source
import ts

BEHIND = 0.2  # seconds that sound may end behind its pictures
SLACK = 0.010  # seconds beside a frame: stamps are rounded to their timescale
KEPT = 4  # segments whose bytes are remembered, for their parts


@dataclass
class Facts:
    """Of a segment or part that has been read."""

    duration: float  # EXTINF, or a part's DURATION
    size: int
    start: dict = field(default_factory=dict)  # kind of track -> seconds
    shown: dict = field(default_factory=dict)  # the same, of its first picture to be shown
    end: dict = field(default_factory=dict)
    frame: float = 0.0  # the longest sample of the main track
    median: float = 0.0  # of the main track's samples
    delay: float | None = None  # from decoding to showing where they are in the same order: of a sync sample
    sync_first: bool = True  # the main track's first sample
    sync_any: bool = True
    tracks: tuple = ()  # that have samples
    kinds: tuple = ()  # of all: (id, kind)
    frames: int = 0  # of the main track
    samples: list = field(default_factory=list)  # of all tracks, of the newest segments only
    discontinuity: bool = False
    sequence: int = 0
    date: float | None = None

    @property
    def main(self):
        return "video" if "video" in self.start else "audio" if "audio" in self.start else ""

    @property
    def own(self):
        """How long it lasts.  Its pictures may end before its sound does."""
        end, sound = self.end[self.main], self.end.get("audio", 0) - (self.delay or 0)
        return (sound if sound > end + BEHIND else end) - self.start[self.main]


def facts_of(samples_by_track, duration, data, declared=None):
    facts = Facts(duration, len(data))
    tracks = declared.values() if declared else [s.track for s in samples_by_track.values()]
    facts.kinds = tuple(sorted((t.id, t.kind) for t in tracks))
    all_ = [samples_by_track[ident] for ident in sorted(samples_by_track) if samples_by_track[ident].entries]
    for samples in all_:
        facts.start.setdefault(samples.track.kind, samples.start)
        facts.shown.setdefault(samples.track.kind, samples.shown)
        facts.end.setdefault(samples.track.kind, samples.end)
        sums = [zlib.crc32(data[at:at + size]) for at, size in samples.data]
        facts.samples += [(samples.track.id, *one, sum_) for one, sum_ in zip(samples.entries, sums)]
    facts.tracks = tuple((s.track.id, s.track.kind, s.track.codec, s.track.entry, s.track.size, s.track.range) for s in all_)
    main = next((s for s in all_ if s.track.kind == facts.main), None)
    if main:
        facts.frame, facts.frames = main.longest, len(main.entries)
        facts.median = sorted(s[1] for s in main.entries)[len(main.entries) // 2] / main.track.timescale
        facts.sync_first = main.entries[0][4]
        facts.sync_any = any(s[4] for s in main.entries)
        facts.delay = next((s[2] / main.track.timescale for s in main.entries if s[4]), None)
    return facts


class Media:
    """Reads what a media playlist names, each thing once."""

    def __init__(self, url, judge):
        self.url, self.judge = url, judge
        self.inits = {}  # (uri, range) -> tracks, None: broken or absent
        self.segments = {}  # msn -> Facts, None: could not be read, or a gap
        self.bytes = {}  # msn -> bytes of the newest segments
        self.parts = {}  # (msn, index) -> Facts
        self.part_bytes = {}
        self.drift = 0.0
        self.delay = None

    def take(self, playlist):
        offset = {}
        for segment in playlist.segments:
            self.place(segment, offset, f"#{segment.msn}")
            self.take_parts(segment)
            if segment.msn not in self.segments:
                self.segments[segment.msn] = self.take_segment(playlist, segment)
                self.judge_neighbours(segment)
                self.judge_parts_together(segment)
        self.take_parts(playlist.open)
        self.forget(playlist.msn)

    def forget(self, first):
        for msn in sorted(self.bytes)[:-KEPT]:
            del self.bytes[msn]
            if self.segments.get(msn):
                self.segments[msn].samples = []
        for key in [k for k in self.part_bytes if k[0] < max(first, max(self.segments, default=0) - KEPT)]:
            del self.part_bytes[key]

    def place(self, one, offset, where):
        """Ranges without an offset go on behind the one before (bis 4.4.4.2, 4.4.4.9)."""
        if one.range is None:
            return
        if one.range.offset is None:
            if one.uri not in offset:
                self.judge("byterange", "no offset, and no range of that resource before it", where)
                return
            one.range.offset = offset[one.uri]
        offset.clear()
        offset[one.uri] = one.range.offset + one.range.length

    def load(self, uri, byte_range, where):
        if byte_range and byte_range.offset is None:
            return None
        wanted = (byte_range.offset, byte_range.length) if byte_range else None
        answer = source.get(source.resolve(self.url, uri), wanted)
        if answer.ok:
            return answer.body
        if answer.status == 416:
            self.judge("byterange", f"{uri} does not have bytes {wanted[0]} to {sum(wanted)}", where)
        else:
            self.judge("absent", f"{uri}: {answer.status or 'no answer'}", where)
        return None

    def tracks_of(self, map_, where):
        key = repr(map_)
        if key not in self.inits:
            data = self.load(map_[0], map_[1], where)
            try:
                self.inits[key] = mp4.parse_init(data) if data is not None else None
            except mp4.Broken as error:
                self.judge("mp4-broken", f"{map_[0]}: {error}", where)
                self.inits[key] = None
        return self.inits[key]

    def read(self, uri, data, duration, map_, where):
        """Facts, or nothing when it is broken, which is told."""
        facts = self.parse(uri, data, duration, map_, where)
        if facts is not None:
            facts.delay = self.delay = facts.delay if facts.delay is not None else self.delay
        return facts

    def parse(self, uri, data, duration, map_, where):
        is_ts = data[:1] == b"\x47" and len(data) % ts.PACKET == 0
        if is_ts or uri.split("?")[0].endswith(".ts"):
            try:
                return facts_of(ts.parse_media(data), duration, data)
            except (mp4.Broken, IndexError) as error:
                self.judge("ts-broken", f"{uri}: {error}", where)
                return None
        if map_ is None:
            self.judge("map-missing", f"{uri} has no EXT-X-MAP", where)
            return None
        tracks = self.tracks_of(map_, where)
        if tracks is None:
            return None
        try:
            return facts_of(mp4.parse_media(data, tracks), duration, data, tracks)
        except mp4.Broken as error:
            self.judge("mp4-broken", f"{uri}: {error}", where)
            return None

    def take_segment(self, playlist, segment):
        where = f"#{segment.msn}"
        if segment.gap:
            return None
        data = self.load(segment.uri, segment.range, where)
        if data is None or segment.key:
            return None
        self.bytes[segment.msn] = data
        facts = self.read(segment.uri, data, segment.duration, segment.map, where)
        if facts is None or not facts.main:
            return None
        facts.discontinuity, facts.sequence = segment.discontinuity, segment.sequence
        if playlist.independent and not facts.sync_first:
            self.judge("independent-segments", f"{segment.uri} does not begin with a sync sample", where)
        return facts

    def judge_neighbours(self, segment):
        """A segment and the one before it, once both have been read."""
        now, before = self.segments[segment.msn], self.segments.get(segment.msn - 1)
        if now is None:
            return
        contiguous = before is not None and not now.discontinuity
        if contiguous:
            self.judge_change(before, now, segment)
            if before.main == now.main:
                self.judge_step(before, now, segment.msn)
        else:
            self.drift = 0.0
        if segment.timed and abs(now.own - now.duration) > now.frame + SLACK:
            self.judge("duration-media", f"EXTINF {now.duration} s, its media {now.own:.3f} s", f"#{segment.msn}")

    def judge_change(self, before, now, segment):
        known = {t[0]: t for t in before.tracks}
        if before.kinds != now.kinds:
            names = ["+".join(kind for _, kind in f.kinds) for f in (before, now)]
            self.judge("parameters-changed", f"tracks {names[0]} became {names[1]}", f"#{segment.msn}")
        elif any(t != known.get(t[0], t) for t in now.tracks):
            what = [f"{t[2]} {t[4][0]}x{t[4][1]}" for f in (before, now) for t in f.tracks if t[1] == f.main]
            self.judge("parameters-changed", f"{what[0]} became {what[-1]}", f"#{segment.msn}")

    def judge_step(self, before, now, msn):
        """Where the stamps are against where the durations say that they should be."""
        step = now.start[now.main] - before.start[before.main]
        error = step - before.duration
        frame = max(before.frame, now.frame) + SLACK
        if abs(error) > max(2 * frame, 0.1):
            # What EXTINF says of the segment itself has been judged with it.
            if abs(before.own - before.duration) <= before.frame + SLACK:
                self.judge("stamps-jump", f"{error:+.3f} s, without EXT-X-DISCONTINUITY", f"#{msn}")
            self.drift = 0.0
            return
        self.drift += error
        if abs(self.drift) > max(2 * frame, 0.1):
            self.judge("duration-drift", f"stamps are {self.drift:+.3f} s from the sum of durations", f"#{msn}")
            self.drift = 0.0

    def take_parts(self, segment):
        offset = {}
        for part in segment.parts:
            self.place(part, offset, f"#{segment.msn}.{part.index}")
            key = (segment.msn, part.index)
            if key in self.parts:
                continue
            self.parts[key] = None
            if part.gap:
                continue
            where = f"#{segment.msn}.{part.index}"
            data = self.load(part.uri, part.range, where)
            if data is None or segment.key:
                continue
            self.part_bytes[key] = data
            facts = self.read(part.uri, data, part.duration, segment.map, where)
            if facts is None or not facts.main:
                continue
            self.parts[key] = facts
            self.judge_part(part, facts, where)

    def judge_part(self, part, facts, where):
        if abs(facts.own - part.duration) > facts.frame + SLACK:
            self.judge("part-duration-media", f"DURATION {part.duration} s, its media {facts.own:.3f} s", where)
        if part.independent and not facts.sync_any:
            self.judge("part-independent", f"{part.uri} has no sync sample", where)
        if not part.independent and facts.sync_first and facts.main == "video":
            self.judge("part-unmarked", f"{part.uri} begins with a sync sample", where)

    def judge_parts_together(self, segment):
        whole, facts = self.bytes.get(segment.msn), self.segments.get(segment.msn)
        keys = [(segment.msn, part.index) for part in segment.parts]
        if not keys or whole is None or facts is None or any(k not in self.part_bytes for k in keys):
            return
        if b"".join(self.part_bytes[k] for k in keys) == whole:
            return
        parts = [self.parts[k] for k in keys]
        if None in parts or sorted(s for p in parts for s in p.samples) != sorted(facts.samples):
            self.judge("parts-not-segment", f"the parts of {segment.uri} together are not it", f"#{segment.msn}")

    def rates(self):
        """For rates.peak(): (duration, bytes), None where a run ends."""
        out, last = [], None
        for msn in sorted(self.segments):
            facts = self.segments[msn]
            if facts is None or facts.discontinuity or (last is not None and msn != last + 1):
                out.append(None)
            if facts is not None:
                out.append((facts.duration, facts.size))
            last = msn
        return out

    def read_ones(self):
        return [f for _, f in sorted(self.segments.items()) if f is not None]

