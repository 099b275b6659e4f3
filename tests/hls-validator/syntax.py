"""The grammar of tags and attribute lists, as tables."""

import re

INTEGER = r"\d{1,20}"
FLOAT = r"\d+(\.\d*)?|\.\d+"
TYPES = {
    "integer": INTEGER,
    "float": FLOAT,
    "signed": r"-?(" + FLOAT + ")",
    "quoted": r'"[^"\r\n]*"',
    "hex": r"0[xX][0-9A-Fa-f]+",
    "resolution": r"\d+x\d+",
    "enum": r'[^",\s]+',
    "range": r'"\d+(@\d+)?"',
    "map-range": r'"\d+@\d+"',
    "any": r'"[^"\r\n]*"|[^",]+',
}
ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s][^",]*)')
DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)?")

# attribute -> (type, required)
VARIANT = {
    "BANDWIDTH": ("integer", True), "AVERAGE-BANDWIDTH": ("integer", False), "SCORE": ("float", False),
    "CODECS": ("quoted", False), "SUPPLEMENTAL-CODECS": ("quoted", False), "RESOLUTION": ("resolution", False),
    "FRAME-RATE": ("float", False), "HDCP-LEVEL": ("enum", False), "ALLOWED-CPC": ("quoted", False),
    "VIDEO-RANGE": ("enum", False), "REQ-VIDEO-LAYOUT": ("quoted", False), "STABLE-VARIANT-ID": ("quoted", False),
    "AUDIO": ("quoted", False), "VIDEO": ("quoted", False), "SUBTITLES": ("quoted", False),
    "CLOSED-CAPTIONS": ("any", False), "PATHWAY-ID": ("quoted", False), "PROGRAM-ID": ("integer", False),
    "NAME": ("quoted", False),
}
KEY = {"METHOD": ("enum", True), "URI": ("quoted", False), "IV": ("hex", False), "KEYFORMAT": ("quoted", False),
       "KEYFORMATVERSIONS": ("quoted", False)}
ATTRIBUTES = {
    "EXT-X-START": {"TIME-OFFSET": ("signed", True), "PRECISE": ("enum", False)},
    "EXT-X-DEFINE": {"NAME": ("quoted", False), "VALUE": ("quoted", False), "IMPORT": ("quoted", False),
                     "QUERYPARAM": ("quoted", False)},
    "EXT-X-PART-INF": {"PART-TARGET": ("float", True)},
    "EXT-X-SERVER-CONTROL": {
        "CAN-SKIP-UNTIL": ("float", False), "CAN-SKIP-DATERANGES": ("enum", False), "HOLD-BACK": ("float", False),
        "PART-HOLD-BACK": ("float", False), "CAN-BLOCK-RELOAD": ("enum", False)},
    "EXT-X-KEY": KEY,
    "EXT-X-MAP": {"URI": ("quoted", True), "BYTERANGE": ("map-range", False)},
    "EXT-X-PART": {"URI": ("quoted", True), "DURATION": ("float", True), "INDEPENDENT": ("enum", False),
                   "BYTERANGE": ("range", False), "GAP": ("enum", False)},
    "EXT-X-DATERANGE": {"ID": ("quoted", True), "START-DATE": ("quoted", False), "END-DATE": ("quoted", False),
                        "DURATION": ("float", False), "PLANNED-DURATION": ("float", False)},
    "EXT-X-SKIP": {"SKIPPED-SEGMENTS": ("integer", True), "RECENTLY-REMOVED-DATERANGES": ("quoted", False)},
    "EXT-X-PRELOAD-HINT": {"TYPE": ("enum", True), "URI": ("quoted", True), "BYTERANGE-START": ("integer", False),
                           "BYTERANGE-LENGTH": ("integer", False)},
    "EXT-X-RENDITION-REPORT": {"URI": ("quoted", True), "LAST-MSN": ("integer", True),
                               "LAST-PART": ("integer", False)},
    "EXT-X-MEDIA": {
        "TYPE": ("enum", True), "URI": ("quoted", False), "GROUP-ID": ("quoted", True), "LANGUAGE": ("quoted", False),
        "NAME": ("quoted", True), "DEFAULT": ("enum", False), "AUTOSELECT": ("enum", False),
        "FORCED": ("enum", False), "INSTREAM-ID": ("quoted", False), "CHANNELS": ("quoted", False),
        "SAMPLE-RATE": ("integer", False), "BIT-DEPTH": ("integer", False)},
    "EXT-X-STREAM-INF": VARIANT,
    "EXT-X-I-FRAME-STREAM-INF": VARIANT | {"URI": ("quoted", True)},
    "EXT-X-SESSION-DATA": {"DATA-ID": ("quoted", True), "VALUE": ("quoted", False), "URI": ("quoted", False)},
    "EXT-X-SESSION-KEY": KEY,
    "EXT-X-CONTENT-STEERING": {"SERVER-URI": ("quoted", True), "PATHWAY-ID": ("quoted", False)},
}
YES = {"INDEPENDENT", "GAP", "CAN-BLOCK-RELOAD", "CAN-SKIP-DATERANGES"}
VALUES = {
    ("EXT-X-PRELOAD-HINT", "TYPE"): {"PART", "MAP"},
    ("EXT-X-MEDIA", "TYPE"): {"AUDIO", "VIDEO", "SUBTITLES", "CLOSED-CAPTIONS"},
    ("EXT-X-MEDIA", "DEFAULT"): {"YES", "NO"},
    ("EXT-X-MEDIA", "AUTOSELECT"): {"YES", "NO"},
    ("EXT-X-STREAM-INF", "VIDEO-RANGE"): {"SDR", "HLG", "PQ"},
    ("EXT-X-KEY", "METHOD"): {"NONE", "AES-128", "AES-256-GCM", "SAMPLE-AES", "SAMPLE-AES-CTR"},
}

# tags without attribute lists -> grammar of the value, None: they have none
PLAIN = {
    "EXTM3U": None, "EXT-X-INDEPENDENT-SEGMENTS": None, "EXT-X-ENDLIST": None, "EXT-X-I-FRAMES-ONLY": None,
    "EXT-X-DISCONTINUITY": None, "EXT-X-GAP": None,
    "EXT-X-VERSION": INTEGER, "EXT-X-TARGETDURATION": INTEGER, "EXT-X-MEDIA-SEQUENCE": INTEGER,
    "EXT-X-DISCONTINUITY-SEQUENCE": INTEGER, "EXT-X-PLAYLIST-TYPE": "EVENT|VOD",
    "EXTINF": f"({FLOAT}),.*", "EXT-X-BYTERANGE": r"\d+(@\d+)?", "EXT-X-PROGRAM-DATE-TIME": DATE.pattern,
    "EXT-X-BITRATE": INTEGER, "EXT-X-ALLOW-CACHE": "YES|NO",
}
BOTH = {"EXTM3U", "EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-START", "EXT-X-DEFINE"}
MULTIVARIANT = {"EXT-X-MEDIA", "EXT-X-STREAM-INF", "EXT-X-I-FRAME-STREAM-INF", "EXT-X-SESSION-DATA",
                "EXT-X-SESSION-KEY", "EXT-X-CONTENT-STEERING"}
ONCE = {"EXTM3U", "EXT-X-VERSION", "EXT-X-INDEPENDENT-SEGMENTS", "EXT-X-START", "EXT-X-TARGETDURATION",
        "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-PLAYLIST-TYPE", "EXT-X-ENDLIST",
        "EXT-X-PART-INF", "EXT-X-SERVER-CONTROL", "EXT-X-SKIP", "EXT-X-I-FRAMES-ONLY", "EXT-X-CONTENT-STEERING"}


def attributes(tag, text, judge):
    """The attribute list of a tag as a dict, values without quotes; what is wrong with it goes to `judge`."""
    found, at = {}, 0
    while at < len(text):
        one = ATTRIBUTE.match(text, at)
        if not one or (one.end() < len(text) and text[one.end()] != ","):
            judge("attribute-syntax", f"{tag}: no attribute list at '{text[at:at + 30]}'")
            return found
        name, value = one.groups()
        if name in found:
            judge("attribute-syntax", f"{tag}: {name} stands twice")
        kind = ATTRIBUTES[tag].get(name, ("any",))[0]
        if not re.fullmatch(TYPES[kind], value):
            judge("attribute-syntax", f"{tag}: {name}={value} is no {kind}")
            value = ""
        found[name] = value.strip('"')
        at = one.end() + 1
        if at == len(text):
            judge("attribute-syntax", f"{tag}: a comma at the end")
    for name, (_, required) in ATTRIBUTES[tag].items():
        if required and name not in found:
            judge("attribute-missing", f"{tag} has no {name}")
    for name, value in found.items():
        allowed = {"YES"} if name in YES else VALUES.get((tag, name))
        if allowed and value not in allowed:
            judge("attribute-value", f"{tag}: {name}={value}")
    return found


def version_needed(tags, has):
    """The least version for a playlist with these tags (name -> list of attribute dicts or values); bis 8."""
    need, why = 1, ""

    def ask(version, reason):
        nonlocal need, why
        if version > need:
            need, why = version, reason

    dicts = [(tag, one) for tag, all_ in tags.items() for one in all_ if isinstance(one, dict)]
    for tag, one in dicts:
        if tag == "EXT-X-KEY" and "IV" in one:
            ask(2, "IV")
        if tag == "EXT-X-KEY" and ({"KEYFORMAT", "KEYFORMATVERSIONS"} & one.keys() or one.get("METHOD", "").startswith("SAMPLE-AES")):
            ask(5, "EXT-X-KEY")
        if tag == "EXT-X-MEDIA" and one.get("INSTREAM-ID", "").startswith("SERVICE"):
            ask(7, "INSTREAM-ID")
        if tag == "EXT-X-SKIP" and "RECENTLY-REMOVED-DATERANGES" in one:
            ask(10, "RECENTLY-REMOVED-DATERANGES")
        if tag == "EXT-X-DEFINE" and "QUERYPARAM" in one:
            ask(11, "QUERYPARAM")
        if any(name.startswith("REQ-") for name in one):
            ask(12, "REQ-")
    if any("." in value.split(",")[0] for value in tags.get("EXTINF", [])):
        ask(3, "EXTINF with decimals")
    if has("EXT-X-BYTERANGE") or has("EXT-X-I-FRAMES-ONLY"):
        ask(4, "EXT-X-BYTERANGE or EXT-X-I-FRAMES-ONLY")
    if has("EXT-X-MAP"):
        ask(5 if has("EXT-X-I-FRAMES-ONLY") else 6, "EXT-X-MAP")
    if has("EXT-X-DEFINE"):
        ask(8, "EXT-X-DEFINE")
    if has("EXT-X-SKIP"):
        ask(9, "EXT-X-SKIP")
    return need, why
