"""Playlists: text in, values out; every breach of the grammar goes to `judge(rule, what)`."""

import datetime
import re
from dataclasses import dataclass, field

import syntax


@dataclass
class Range:
    length: int
    offset: int | None


@dataclass
class Part:
    uri: str
    duration: float
    independent: bool
    gap: bool
    range: Range | None
    index: int = 0


@dataclass
class Segment:
    msn: int = 0
    uri: str = ""
    duration: float = 0.0
    title: str = ""
    discontinuity: bool = False
    gap: bool = False
    map: tuple | None = None  # (uri, Range or None)
    key: str = ""
    date: float | None = None
    range: Range | None = None
    parts: list = field(default_factory=list)
    sequence: int = 0  # discontinuity sequence number
    timed: bool = False  # it has its EXTINF

    def facts(self):
        """What must not change while it is listed (its parts may leave)."""
        return {"URI": self.uri, "duration": self.duration, "discontinuity": self.discontinuity, "gap": self.gap,
                "EXT-X-MAP": self.map, "EXT-X-KEY": self.key, "date": self.date, "range": self.range}


@dataclass
class MediaList:
    version: int = 1
    target: int = 0
    msn: int = 0
    dsn: int = 0
    type: str = ""
    independent: bool = False
    ended: bool = False
    part_target: float | None = None
    control: dict = field(default_factory=dict)
    skipped: int = 0
    segments: list = field(default_factory=list)
    open: Segment = field(default_factory=Segment)  # what stands behind the last segment; its parts
    hints: list = field(default_factory=list)
    reports: list = field(default_factory=list)

    @property
    def duration(self):
        return sum(s.duration for s in self.segments)

    @property
    def end(self):
        """Duration of everything, the parts of the segment that is open too."""
        return self.duration + sum(p.duration for p in self.open.parts)

    @property
    def last_msn(self):
        return self.msn + self.skipped + len(self.segments) - 1


@dataclass
class Multivariant:
    independent: bool = False
    variants: list = field(default_factory=list)  # (attributes, uri)
    media: list = field(default_factory=list)  # attributes


def parse_date(text):
    """Seconds since 1970."""
    found = syntax.DATE.fullmatch(text)
    if not found:
        return None
    fields = [int(x) for x in found.groups()[:6]]
    try:
        moment = datetime.datetime(*fields[:5], min(fields[5], 59), tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    zone = found[8] or "Z"
    offset = 0
    if zone != "Z":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = (int(digits[:2]) * 3600 + int(digits[2:]) * 60) * (1 if zone[0] == "+" else -1)
    return moment.timestamp() + float(found[7] or 0) - offset


def parse_range(text):
    if not text:
        return None
    length, _, offset = text.partition("@")
    return Range(int(length), int(offset) if offset else None)


def number(text, kind=float):
    try:
        return kind(text)
    except (TypeError, ValueError):
        return kind(0)


class Lines:
    """Lines as (number, tag or "", value or URI); what breaks the grammar is told and left out."""

    def __init__(self, data, judge):
        self.judge, self.tags = judge, {}
        self.lines = []
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            judge("encoding", f"no UTF-8 at byte {error.start}")
            text = data.decode("utf-8", "replace")
        if text.startswith("\ufeff"):
            judge("encoding", "a byte order mark")
            text = text[1:]
        control = re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)", text)
        if control:
            judge("encoding", f"a control character, {control[0]!r}")
        rows = text.split("\n")
        if rows[0].rstrip("\r") != "#EXTM3U":
            judge("extm3u", f"the first line is '{rows[0][:40]}'")
        for row in rows:
            self.take(row.rstrip("\r"))

    def take(self, row):
        if not row or (row.startswith("#") and not row.startswith("#EXT")):
            return
        if not row.startswith("#"):
            self.lines.append(("", row))
            return
        tag, colon, value = row[1:].partition(":")
        known = tag in syntax.PLAIN or tag in syntax.ATTRIBUTES
        if not known:
            self.judge("tag-unknown", f"#{tag}")
            return
        if tag in syntax.ONCE and tag in self.tags:
            self.judge("tag-twice", f"#{tag}")
            return
        if tag in syntax.ATTRIBUTES:
            value = syntax.attributes(tag, value, self.judge)
        elif not self.is_right(tag, bool(colon), value):
            return
        self.tags.setdefault(tag, []).append(value)
        self.lines.append((tag, value))

    def is_right(self, tag, colon, value):
        grammar = syntax.PLAIN[tag]
        right = not colon if grammar is None else re.fullmatch(grammar, value)
        if right and tag == "EXT-X-PROGRAM-DATE-TIME":
            right = parse_date(value) is not None
        if not right:
            self.judge("tag-syntax", f"#{tag}:{value[:60]}")
        return right

    def has(self, tag):
        return tag in self.tags

    def check_version(self):
        version = int(self.tags.get("EXT-X-VERSION", ["1"])[0])
        need, why = syntax.version_needed(self.tags, self.has)
        if version < need:
            self.judge("version-low", f"EXT-X-VERSION is {version}, {why} needs {need}")
        return version


def is_multivariant(lines):
    return any(tag in ("EXT-X-STREAM-INF", "EXT-X-MEDIA", "EXT-X-I-FRAME-STREAM-INF") for tag, _ in lines.lines)


def parse_multivariant(lines, judge):
    out = Multivariant(independent=lines.has("EXT-X-INDEPENDENT-SEGMENTS"))
    lines.check_version()
    pending = None
    for tag, value in lines.lines:
        if tag == "":
            if pending is None:
                judge("uri-missing", f"'{value}' has no EXT-X-STREAM-INF")
            else:
                out.variants.append((pending, value))
            pending = None
            continue
        if pending is not None:
            judge("uri-missing", "EXT-X-STREAM-INF is not followed by a URI")
            pending = None
        if tag not in syntax.BOTH and tag not in syntax.MULTIVARIANT:
            judge("tag-mixed", f"#{tag} in a multivariant playlist")
        if tag == "EXT-X-STREAM-INF":
            pending = value
        elif tag == "EXT-X-MEDIA":
            out.media.append(value)
    if pending is not None:
        judge("uri-missing", "EXT-X-STREAM-INF is not followed by a URI")
    return out
