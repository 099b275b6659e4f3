"""The rules, and the list of what broke them.

A rule's text names where it is written: 8216 is RFC 8216, bis is draft-pantos-hls-rfc8216bis, Apple the HLS authoring
specification for Apple devices, tree is man 5 hls-tree.
"""

import threading

RULES = {
    # the text of a playlist
    "encoding": "bis 4.1: UTF-8, no byte order mark, no control characters",
    "extm3u": "bis 4.4.1.1: EXTM3U is the first line",
    "tag-syntax": "bis 4.4: the value of a tag is what its grammar says",
    "tag-twice": "bis 4.4.2, 4.4.3, 4.4.5: tags that stand once",
    "tag-order": "bis 4.4.3.2, 4.4.3.3, 4.4.4.9: tags that stand before others",
    "tag-mixed": "bis 4.4: tags of media playlists and of multivariant playlists do not mix",
    "tag-unknown": "bis 4.4: an EXT tag that no specification has",
    "attribute-syntax": "bis 4.2: attribute lists, and the type of each value",
    "attribute-missing": "bis 4.4: attributes that are required",
    "attribute-value": "bis 4.4: values that an attribute can have, attributes that exclude others",
    "version-low": "bis 8: EXT-X-VERSION is at least what the tags need",
    "uri-missing": "bis 4.4.4, 4.4.6.2: EXTINF and EXT-X-STREAM-INF are followed by a URI",
    "extinf-missing": "bis 4.4.4.1: every URI has its EXTINF",
    "target-missing": "bis 4.4.3.1: EXT-X-TARGETDURATION is required",
    "content-type": "bis 4: application/vnd.apple.mpegurl or audio/mpegurl, or a path that ends with .m3u8",
    # one version of a media playlist
    "extinf-long": "bis 4.4.3.1: EXTINF, rounded, is at most the target duration",
    "list-short": "bis 6.2.2: a list from which segments leave lasts at least three target durations",
    "live-empty": "bis 6.2.1: a playlist that is loaded has segments",
    "part-inf-missing": "bis 4.4.3.7: EXT-X-PART-INF where there are parts",
    "part-long": "bis 4.4.4.9: no part is longer than PART-TARGET",
    "part-short": "bis 4.4.4.9: a part lasts at least 85 % of PART-TARGET, with exceptions",
    "parts-sum": "bis 4.4.4.9: the parts of a segment last as long as the segment",
    "part-twice": "bis 4.4.4.9: a part is named once",
    "part-old": "bis 6.2.2: parts leave the list when they are three target durations from its end",
    "hold-back-low": "bis 4.4.3.8: HOLD-BACK is at least three target durations",
    "part-hold-back-missing": "bis 4.4.3.8: PART-HOLD-BACK where there is EXT-X-PART-INF",
    "part-hold-back-low": "bis 4.4.3.8, Apple 14.3: PART-HOLD-BACK is at least three times PART-TARGET",
    "skip-until-low": "bis 4.4.3.8: CAN-SKIP-UNTIL is at least six target durations",
    "pdt-missing": "bis B.1, tree: EXT-X-PROGRAM-DATE-TIME before the first segment of a live list",
    "pdt-drift": "bis 4.4.4.6: dates differ by the durations between them, within 50 ms",
    "pdt-back": "bis 4.4.4.6: a later segment has a later date, also behind a discontinuity",
    "map-missing": "bis 3.1.2: fMP4 segments have an EXT-X-MAP",
    "uri-twice": "tree: a file is listed once",
    "hint-listed": "bis 4.4.5.3: what is hinted is not listed yet, and nothing is after the end",
    # versions of a media playlist one after the other
    "media-sequence-back": "bis 6.2.2: EXT-X-MEDIA-SEQUENCE never decreases",
    "media-sequence-wrong": "bis 6.2.2: a segment keeps its number",
    "segment-changed": "bis 6.2.1: nothing that was said of a segment changes",
    "segment-vanished": "bis 6.2.1, 6.2.2: segments leave from the begin of the list only",
    "part-changed": "bis 6.2.1: nothing that was said of a part changes",
    "discontinuity-sequence-wrong": "bis 6.2.2: counts the discontinuities that have left",
    "target-changed": "bis 6.2.1: EXT-X-TARGETDURATION does not change",
    "part-target-changed": "bis 6.2.1: PART-TARGET does not change",
    "type-changed": "bis 6.2.1: EXT-X-PLAYLIST-TYPE does not change",
    "event-removed": "bis 4.4.3.5: nothing leaves an EVENT or VOD playlist",
    "endlist-changed": "bis 4.4.3.4: nothing changes after EXT-X-ENDLIST",
    "late": "bis 6.2.1: the next version comes within 1.5 target durations",
    "removed-early": "8216 6.2.2: a file stays for its duration and that of the longest list after it has left",
    "hint-broken": "bis 4.4.5.3: what was hinted comes next",
    "report-wrong": "bis 4.4.5.4: rendition reports are up to date",
    "block-answer": "bis 6.2.5.2: a blocked reload is answered with what was asked for",
    "delta-wrong": "bis 6.2.5.1: a delta update is the playlist without older segments",
    # media
    "absent": "bis 6.2.1: what a playlist names can be loaded",
    "mp4-broken": "ISO/IEC 14496-12: boxes, and what bis 3.1.2 asks of them",
    "ts-broken": "ISO/IEC 13818-1, bis 3.1.1: packets, PAT and PMT in every segment",
    "duration-media": "bis 4.4.4.1: EXTINF is the duration of the media, within a frame",
    "duration-drift": "bis 4.4.4.1: durations add up to the media's stamps",
    "part-duration-media": "bis 4.4.4.9: DURATION is the duration of the part's media, within a frame",
    "parts-not-segment": "bis 3.2: the parts of a segment together are the segment",
    "part-independent": "bis 4.4.4.9: INDEPENDENT=YES only where there is an independent frame",
    "part-unmarked": "bis 4.4.4.9: INDEPENDENT=YES where there is an independent frame",
    "independent-segments": "bis 4.4.2.1: each segment begins with a sync sample",
    "stamps-jump": "bis 4.4.4.3: EXT-X-DISCONTINUITY where the time stamps jump",
    "parameters-changed": "bis 4.4.4.3: EXT-X-DISCONTINUITY where format, tracks or parameters change",
    "byterange": "bis 4.4.4.2: a range lies within its resource",
    # ladder
    "codecs-missing": "bis 4.4.6.2, Apple 9.1: CODECS of every variant",
    "codecs-wrong": "bis 4.4.6.2, RFC 6381: CODECS are those of the media",
    "resolution-missing": "bis 4.4.6.2, Apple 9.2: RESOLUTION of every variant with video",
    "resolution-wrong": "bis 4.4.6.2: RESOLUTION is that of the media, cropped and with square pixels",
    "frame-rate-missing": "bis 4.4.6.2, Apple 9.3: FRAME-RATE of every variant with video",
    "frame-rate-wrong": "bis 4.4.6.2: FRAME-RATE is that of the media",
    "video-range-wrong": "bis 4.4.6.2: VIDEO-RANGE is that of the media; without it SDR",
    "average-missing": "Apple 9.6: AVERAGE-BANDWIDTH of every variant",
    "bandwidth-low": "bis 4.4.6.2, Apple 1.28: the measured peak is below 125 % of BANDWIDTH",
    "average-low": "Apple 1.29: the measured average is below 110 % of AVERAGE-BANDWIDTH",
    "average-above-peak": "bis 4.4.6.2: AVERAGE-BANDWIDTH is at most BANDWIDTH",
    "group-missing": "bis 4.4.6.2: AUDIO, VIDEO, SUBTITLES name groups that are there",
    "variant-twice": "Apple 9: a media playlist is one variant",
    "aligned-target": "bis 6.2.4: all renditions have the same target duration",
    "aligned-number": "tree: the same number is the same time in all renditions",
    "aligned-stamps": "bis 6.2.4: matching content has matching time stamps",
    "aligned-discontinuity": "bis 6.2.4: matching content has matching discontinuity sequence numbers",
    "aligned-end": "tree: renditions end within two segments of each other",
    "not-a-playlist": "what was given is neither kind of playlist, or is not there",
}


class Report:
    """Breaches, each once, in the order in which they are found."""

    def __init__(self, show=print, ignored=()):
        self.show, self.ignored = show, set(ignored)
        self.lines = []
        self.rules = set()
        self._seen = set()
        self._lock = threading.Lock()

    def breach(self, rule, where, what):
        assert rule in RULES, rule
        line = f"{rule} {where}: {what}"
        with self._lock:
            if line in self._seen or rule in self.ignored:
                return
            self._seen.add(line)
            self.rules.add(rule)
            self.lines.append(line)
            self.show(line)

    def at(self, where):
        """breach() of one place: `judge(rule, what)`, `judge(rule, what, "#17")` for a place within it."""

        def judge(rule, what, within=""):
            self.breach(rule, f"{where} {within}".strip(), what)

        return judge
