"""An HLS tree as a writer of it leaves it on disk, made by hand; its media are bytes that tell who they are."""

import os
import threading


def publish(path, data):
    """Whole or not at all."""
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, f".{name}.tmp")
    with open(temporary, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())
    os.rename(temporary, path)


class Rendition:
    """Segments of 4 s with parts of 1 s; numbers from 7000, sequences from 100."""

    def __init__(self, folder, whole=6):
        self.folder, self.whole, self.parts, self.ended = folder, whole, 0, False
        self.inits = []
        self.new_init(7000)
        for number in range(7000, 7000 + whole):
            publish(self.path(f"{number}.m4s"), f"segment {number} ".encode() * 1000)
            for part in range(4):
                publish(self.path(f"{number}.{part}.m4s"), f"part {number}.{part} ".encode() * 250)
        self.list()

    def path(self, name):
        return os.path.join(self.folder, name)

    def add_part(self):
        """The next part; the fourth makes its segment whole."""
        number = 7000 + self.whole
        publish(self.path(f"{number}.{self.parts}.m4s"), f"part {number}.{self.parts} ".encode() * 250)
        self.parts += 1
        if self.parts == 4:
            publish(self.path(f"{number}.m4s"), f"segment {number} ".encode() * 1000)
            self.whole, self.parts = self.whole + 1, 0
        self.list()

    def new_init(self, number=None):
        """Another init segment for segment `number` and those behind it; else for the next one."""
        number = number or 7000 + self.whole
        self.inits.append(number)
        publish(self.path(f"init-{number}.mp4"), f"init {number}".encode())

    def end(self):
        self.ended = True
        self.list()

    def head(self, number):
        """What stands before the segment `number`."""
        if number not in self.inits:
            return []
        return ([] if number == 7000 else ["#EXT-X-DISCONTINUITY"]) + [f'#EXT-X-MAP:URI="init-{number}.mp4"']

    def list(self):
        lines = ["#EXTM3U", "#EXT-X-VERSION:6", "#EXT-X-TARGETDURATION:4", "#EXT-X-MEDIA-SEQUENCE:100"]
        lines += ["#EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-PART-INF:PART-TARGET=1"]
        lines += ["#EXT-X-SERVER-CONTROL:HOLD-BACK=12,PART-HOLD-BACK=3"]
        part = '#EXT-X-PART:DURATION=1,URI="{}.{}.m4s"{}'
        for number in range(7000, 7000 + self.whole):
            lines += self.head(number)
            if number >= 7000 + self.whole - 3:
                lines += [part.format(number, p, "" if p else ",INDEPENDENT=YES") for p in range(4)]
            lines += ["#EXTINF:4,", f"{number}.m4s"]
        number = 7000 + self.whole
        lines += self.head(number) if self.parts else []
        lines += [part.format(number, p, "" if p else ",INDEPENDENT=YES") for p in range(self.parts)]
        lines += ["#EXT-X-ENDLIST"] if self.ended else []
        publish(self.path("index.m3u8"), "\n".join(lines) + "\n")


MULTIVARIANT = (
    "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n"
    '#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=640x360\n360p/index.m3u8\n'
    '#EXT-X-STREAM-INF:BANDWIDTH=1900000,CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=854x480\n480p/index.m3u8\n'
)


def stream(root, name="cam", whole=6):
    """(360p, 480p) of a stream with a multivariant playlist."""
    folder = os.path.join(root, name)
    renditions = [Rendition(os.path.join(folder, rendition), whole) for rendition in ("360p", "480p")]
    publish(os.path.join(folder, "live.m3u8"), MULTIVARIANT)
    publish(os.path.join(folder, ".stream.json"), "{}")
    return renditions


class Asked(threading.Thread):
    """A request that may have to wait for its answer."""

    def __init__(self, ask):
        super().__init__(daemon=True)
        self.ask, self.reply = ask, None
        self.start()

    def run(self):
        self.reply = self.ask()

    def answer(self, seconds):
        self.join(seconds)
        assert not self.is_alive(), "no answer"
        return self.reply
