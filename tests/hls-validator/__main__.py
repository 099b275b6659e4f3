"""hls-validator: judges HLS by RFC 8216, draft-pantos-hls-rfc8216bis and Apple's authoring rules.

Loads a multivariant or media playlist from a folder or over HTTP, and everything that it names; with --follow as it
changes, at the pace of a player, by blocking reloads where they are offered.  One line for every breach: the rule, where,
what.  It shares no code with the programs that it judges.

Exit status: 0 nothing found, 1 breaches, 64 usage.
"""

import argparse
import signal
import sys

import breaches
import tree


def options():
    parser = argparse.ArgumentParser(prog="hls-validator", description=__doc__.split("\n", 1)[0])
    parser.add_argument("address", metavar="URL-or-PATH", nargs="?", help="a playlist, or a folder with live.m3u8 or index.m3u8")
    parser.add_argument("--follow", metavar="SECONDS", type=float, default=0, help="reload for so long; SIGTERM ends it sooner")
    parser.add_argument("--report", metavar="FILE", help="the breaches go there too")
    parser.add_argument("--ignore", metavar="RULE", action="append", default=[], help="does not count; may be repeated")
    parser.add_argument("--rules", action="store_true", help="list the rules")
    try:
        chosen = parser.parse_args()
    except SystemExit as error:
        sys.exit(64 if error.code else 0)
    unknown = [rule for rule in chosen.ignore if rule not in breaches.RULES]
    if unknown or (chosen.address is None) != chosen.rules:
        parser.print_usage(sys.stderr)
        print(f"hls-validator: {'no such rule: ' + unknown[0] if unknown else 'one of URL-or-PATH, --rules'}", file=sys.stderr)
        sys.exit(64)
    return chosen


def main():
    chosen = options()
    if chosen.rules:
        for rule, text in breaches.RULES.items():
            print(f"{rule:30} {text}")
        return 0
    report = breaches.Report(lambda line: print(line, flush=True), chosen.ignore)
    judged = tree.Tree(chosen.address, report)
    signal.signal(signal.SIGTERM, lambda *_: judged.stop.set())
    if chosen.follow > 0:
        judged.follow(chosen.follow)
    else:
        judged.judge_once()
    if chosen.report:
        with open(chosen.report, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in report.lines)
    reloads = sum(r.reloads for r in judged.renditions.values())
    segments = sum(len(r.media.read_ones()) for r in judged.renditions.values())
    parts = sum(1 for r in judged.renditions.values() for p in r.media.parts.values() if p)
    print(f"hls-validator: {len(judged.renditions)} renditions, {reloads} loads, {segments} segments, {parts} parts:"
          f" {len(report.lines)} breaches", file=sys.stderr)
    return 1 if report.lines else 0


sys.exit(main())
