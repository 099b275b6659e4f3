"""What a later version of a playlist does to an earlier one, planted: each breach is found by itself, and right ones are not."""
import os
import pathlib
import re
import shutil
import sys
import tempfile

TESTS = pathlib.Path(os.environ["TESTS"])
sys.path[:0] = [str(TESTS / "hls-validator"), str(TESTS / "support")]

import breaches  # noqa: E402
import rendition  # noqa: E402
from hls_tree import FIRST, SECONDS, Tree  # noqa: E402

scratch = pathlib.Path(tempfile.mkdtemp(prefix="live-reloads."))
failed, planted = [], set()


class Clock:
    now = 1000.0

    @classmethod
    def monotonic(cls):
        return cls.now


rendition.time = Clock
plain = Tree(scratch / "plain", segments=16).write()
parts = Tree(scratch / "parts", segments=16, parts=True).write()


def run(tree, versions, step=SECONDS, between=None):
    """Loads each of `versions`, `step` seconds apart; `between(folder, n)` after the n-th."""
    report = breaches.Report(lambda _: None)
    folder = scratch / "run"
    shutil.copytree(tree.folder / "high", folder)
    loaded = rendition.Rendition((folder / "index.m3u8").as_uri(), "high", report)
    for n, text in enumerate(versions):
        (folder / "index.m3u8").write_text(text)
        loaded.load()
        if between:
            between(folder, n)
        Clock.now += step
    shutil.rmtree(folder)
    return report


def expect(rule, report):
    if report.rules != ({rule} if rule else set()):
        failed.append(f"wanted {rule or 'nothing'}, found\n    " + "\n    ".join(report.lines[:8] or ["nothing"]))
    planted.add(rule)


def changed(text, *replacements):
    for pattern, new in replacements:
        text, count = re.subn(pattern, new, text, count=1, flags=re.M)
        assert count, pattern
    return text


def two(rule, before, after, tree=plain, **options):
    expect(rule, run(tree, [before, after], **options))


first, second = plain.playlist(0, 6), plain.playlist(1, 6)
gap = changed(first, (rf"^(#EXTINF:2,\n{FIRST + 3})", r"#EXT-X-GAP\n\1"))
with_break = changed(plain.playlist(0, 6), (rf"^(#EXTINF:2,\n{FIRST + 1}.m4s)", r"#EXT-X-DISCONTINUITY\n\1"))
event = changed(first, (r"^#EXT-X-MAP", "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MAP"))
ended = first + "#EXT-X-ENDLIST\n"

# --- right ones ---
expect(None, run(plain, [plain.playlist(n, 6) for n in range(6)]))
expect(None, run(plain, [plain.playlist(0, n) for n in range(3, 9)] + [plain.playlist(0, 9) + "#EXT-X-ENDLIST\n"] * 2))
expect(None, run(plain, [gap, changed(plain.playlist(1, 6), (rf"^(#EXTINF:2,\n{FIRST + 3})", r"#EXT-X-GAP\n\1"))]))
expect(None, run(parts, [parts.playlist(n // 4, 6, n % 4) for n in range(30)], step=0.5))
once_more = [changed(plain.playlist(n, 6), (r"^(#EXT-X-MAP)", r"#EXT-X-DISCONTINUITY-SEQUENCE:1\n\1")) for n in (2, 3)]
expect(None, run(plain, [with_break, changed(plain.playlist(1, 6), (r"^(#EXTINF)", r"#EXT-X-DISCONTINUITY\n\1")), *once_more]))
# A new broadcast under the same address, after the end: man 5 hls-tree.
expect(None, run(plain, [ended, changed(plain.playlist(9, 3), (r"^#EXT-X-MAP", "#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXT-X-MAP"))]))

# --- wrong ones ---
two("media-sequence-back", second, changed(first, (rf"SEQUENCE:{FIRST}", f"SEQUENCE:{FIRST - 1}")))
two("media-sequence-wrong", first, changed(first, (rf"SEQUENCE:{FIRST}", f"SEQUENCE:{FIRST + 1}")))
two("segment-changed", first, changed(first, (rf"EXTINF:2,(\n{FIRST + 3})", r"EXTINF:2.010,\1")))
two("segment-changed", gap, first)
two("segment-changed", first, changed(first, (rf"^(#EXTINF:2,\n{FIRST + 3})", r"#EXT-X-DISCONTINUITY\n\1")))
two("segment-changed", first, changed(first, (r"04:00.000", "04:00.040")))
two("segment-changed", parts.playlist(0, 6, 1), changed(parts.playlist(0, 6, 2), (r"^(#EXT-X-PART:.*6\.0\.m4s)", r"#EXT-X-DISCONTINUITY\n\1")), parts)
two("segment-vanished", first, plain.playlist(0, 5))
two("part-changed", parts.playlist(0, 6, 2), changed(parts.playlist(0, 6, 3), (r"^#EXT-X-PART:.*6\.0\.m4s.*\n", "")), parts)
two("discontinuity-sequence-wrong", with_break, plain.playlist(2, 6))
two("discontinuity-sequence-wrong", first, changed(second, (r"^#EXT-X-MAP", "#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXT-X-MAP")))
two("target-changed", first, changed(second, (r"DURATION:2", "DURATION:3"), (r"\Z", f"#EXTINF:2,\n{FIRST + 7}.m4s\n")))
two("part-target-changed", parts.playlist(0, 6), changed(parts.playlist(0, 6), (r"PART-TARGET=0.5", "PART-TARGET=0.501"), (r"BACK=1.5", "BACK=2")), parts)
two("type-changed", event, changed(event, (r"EVENT", "VOD")))
two("event-removed", event, changed(event, (rf"SEQUENCE:{FIRST}", f"SEQUENCE:{FIRST + 1}"), (rf"^#EXTINF:2,\n{FIRST}.m4s\n", ""), (r"04:00.000", "04:02.000")))
two("endlist-changed", ended, first)
two("endlist-changed", ended, plain.playlist(0, 7) + "#EXT-X-ENDLIST\n")
two("list-short", plain.playlist(0, 3), plain.playlist(2, 2))
two("late", first, second, step=7)
two("hint-broken", parts.playlist(0, 6, 2) + f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{FIRST + 6}.7.m4s"\n', parts.playlist(0, 6, 3), parts, step=0.5)


def removes(when):
    """Removes what left with the second version, after the `when`-th."""
    return lambda folder, n: (folder / f"{FIRST}.m4s").unlink() if n == when else None


versions = [plain.playlist(n, 6) for n in range(9)]
expect("removed-early", run(plain, versions, between=removes(0)))
expect("removed-early", run(plain, versions, between=removes(3)))
expect(None, run(plain, versions, between=removes(8)))

shutil.rmtree(scratch)
print("\n".join(failed) or f"{len(planted) - 1} rules found each by itself")
sys.exit(bool(failed))
