"""Media playlists, tag by tag: what breaks the order of tags goes to `judge(rule, what)`."""

import syntax
from playlist import MediaList, Part, Segment, number, parse_date, parse_range


def parse_media(lines, judge):
    return MediaParser(lines, judge).out


class MediaParser:
    def __init__(self, lines, judge):
        self.judge = judge
        self.out = MediaList(version=lines.check_version())
        self.next, self.extinf = Segment(), False
        self.has_first = False
        for tag, value in lines.lines:
            if tag in syntax.MULTIVARIANT:
                judge("tag-mixed", f"#{tag} in a media playlist")
            elif tag == "":
                self.uri(value)
            else:
                name = "extinf_tag" if tag == "EXTINF" else tag.lower().replace("-", "_")
                handler = getattr(self, name, None)
                if handler:
                    handler(value)
        if self.extinf:
            judge("uri-missing", "the last EXTINF has no URI")
        if not lines.has("EXT-X-TARGETDURATION"):
            judge("target-missing", "no EXT-X-TARGETDURATION")
        self.next.msn = self.out.last_msn + 1
        self.out.open = self.next
        self.number_discontinuities()

    def number_discontinuities(self):
        sequence = self.out.dsn
        for segment in [*self.out.segments, self.out.open]:
            sequence += segment.discontinuity
            segment.sequence = sequence

    def uri(self, value):
        if not self.extinf:
            self.judge("extinf-missing", f"'{value}' has no EXTINF")
        segment = self.next
        segment.uri = value
        segment.msn = self.out.last_msn + 1
        self.out.segments.append(segment)
        self.next, self.extinf = Segment(map=segment.map, key=segment.key), False

    def early(self, tag):
        if self.out.segments:
            self.judge("tag-order", f"#{tag} behind the first segment")

    def ext_x_targetduration(self, value):
        self.out.target = int(value)

    def ext_x_media_sequence(self, value):
        self.early("EXT-X-MEDIA-SEQUENCE")
        self.out.msn = int(value)

    def ext_x_discontinuity_sequence(self, value):
        self.early("EXT-X-DISCONTINUITY-SEQUENCE")
        if self.next.discontinuity:
            self.judge("tag-order", "#EXT-X-DISCONTINUITY-SEQUENCE behind a discontinuity")
        self.out.dsn = int(value)

    def ext_x_playlist_type(self, value):
        self.out.type = value

    def ext_x_independent_segments(self, _):
        self.out.independent = True

    def ext_x_endlist(self, _):
        self.out.ended = True

    def ext_x_part_inf(self, value):
        self.out.part_target = number(value.get("PART-TARGET"))

    def ext_x_server_control(self, value):
        self.out.control = value
        if "CAN-SKIP-DATERANGES" in value and "CAN-SKIP-UNTIL" not in value:
            self.judge("attribute-missing", "EXT-X-SERVER-CONTROL: CAN-SKIP-DATERANGES without CAN-SKIP-UNTIL")

    def ext_x_skip(self, value):
        self.early("EXT-X-SKIP")
        self.out.skipped = number(value.get("SKIPPED-SEGMENTS"), int)

    def extinf_tag(self, value):
        duration, _, title = value.partition(",")
        self.next.duration, self.next.title = number(duration), title
        self.next.timed = self.extinf = True

    def late(self, tag):
        if self.next.parts:
            self.judge("tag-order", f"#{tag} behind a part of its segment", f"#{self.out.last_msn + 1}")

    def ext_x_discontinuity(self, _):
        self.late("EXT-X-DISCONTINUITY")
        self.next.discontinuity = True

    def ext_x_gap(self, _):
        self.next.gap = True

    def ext_x_map(self, value):
        self.late("EXT-X-MAP")
        self.next.map = (value.get("URI", ""), parse_range(value.get("BYTERANGE")))

    def ext_x_key(self, value):
        self.late("EXT-X-KEY")
        self.next.key = "" if value.get("METHOD") == "NONE" else repr(value)
        if value.get("METHOD") == "NONE" and len(value) > 1:
            self.judge("attribute-value", "EXT-X-KEY: METHOD=NONE with other attributes")
        if value.get("METHOD") not in ("NONE", "", None) and not value.get("URI"):
            self.judge("attribute-missing", "EXT-X-KEY has no URI")

    def ext_x_program_date_time(self, value):
        self.late("EXT-X-PROGRAM-DATE-TIME")
        self.next.date = parse_date(value)

    def ext_x_byterange(self, value):
        self.next.range = parse_range(value)

    def ext_x_part(self, value):
        part = Part(value.get("URI", ""), number(value.get("DURATION")), value.get("INDEPENDENT") == "YES",
                    value.get("GAP") == "YES", parse_range(value.get("BYTERANGE")), len(self.next.parts))
        self.next.parts.append(part)

    def ext_x_preload_hint(self, value):
        self.out.hints.append(value)

    def ext_x_rendition_report(self, value):
        self.out.reports.append(value)
