"""Python's re behind the line protocol (protocol.ts); also an example of how to write an engine."""

import json
import platform
import re
import sys
import time

FACTS = {
    "version": platform.python_version(),
    "semantics": "leftmost-first",
    "units": "bytes",
    "promise": None,
    "called": "bytes, an iterator over the matches of a text",
    "refuses": "possessive and atomic groups before 3.11, looking behind at no fixed length",
}
FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "u": 0}


class Refused(Exception):
    pass


def unhex(word):
    return b"" if word == "-" else bytes.fromhex(word)


def fnv(spans):
    value = 0x811C9DC5
    for span in spans:
        for offset in span:
            for shift in (0, 8, 16, 24):
                value = ((value ^ (offset >> shift & 255)) * 0x01000193) & 0xFFFFFFFF
    return value


class Engine:
    pattern = None
    text = b""

    def hello(self):
        return json.dumps(FACTS)

    def compile(self, flags, pattern):
        bits = 0
        for flag in flags.strip("-"):
            if flag not in FLAGS:
                raise Refused(f"it has no flag {flag}")
            bits |= FLAGS[flag]
        re.purge()
        begin = time.thread_time_ns()
        try:
            self.pattern = re.compile(unhex(pattern), bits)
        except (re.error, RecursionError, OverflowError) as error:
            raise Refused(str(error)) from None
        return str(time.thread_time_ns() - begin)

    def set_text(self, *words):
        pieces = zip(words[::2], words[1::2])
        self.text = b"".join(unhex(piece) * int(times) for piece, times in pieces)
        return str(len(self.text))

    def file(self, *path):
        with open(" ".join(path), "rb") as file:
            self.text = file.read()
        return str(len(self.text))

    def question(self, ask):
        pattern, text = self.pattern, self.text
        if ask == "arena":
            lines = self.lines()
            return lambda: sum(1 for line in lines if pattern.search(line))
        return {
            "test": lambda: 1 if pattern.search(text) else 0,
            "first": lambda: 1 + found.start() if (found := pattern.search(text)) else 0,
            "count": lambda: sum(1 for _ in pattern.finditer(text)),
            "spans": lambda: sum(m.end() - m.start() for m in pattern.finditer(text)),
            "captures": lambda: sum(len(g) for m in pattern.finditer(text) for g in m.groups() if g),
            "hash": lambda: fnv(m.span() for m in pattern.finditer(text)),
            "lines": lambda: sum(1 for line in self.lines() if pattern.search(line)),
        }[ask]

    def lines(self):
        lines = self.text.split(b"\n")
        return lines[:-1] if lines[-1] == b"" else lines

    def run(self, ask, repeats):
        question = self.question(ask)
        begin = time.thread_time_ns()
        for _ in range(int(repeats)):
            check = question()
        return f"{check} {time.thread_time_ns() - begin}"

    def find(self, limit):
        return ";".join(f"{m.start()} {m.end()}" for m in self.matches(limit))

    def groups(self, limit):
        def offsets(match):
            return " ".join(f"{s} {e}" for s, e in match.regs)

        return ";".join(offsets(match) for match in self.matches(limit))

    def matches(self, limit):
        for count, match in enumerate(self.pattern.finditer(self.text)):
            if count == int(limit):
                return
            yield match


engine = Engine()
for line in sys.stdin:
    what, *words = line.split()
    try:
        answer = {"text": engine.set_text}.get(what) or getattr(engine, what)
        reply = f"ok {answer(*words)}"
    except Refused as error:
        reply = f"refused {error}"
    except Exception as error:
        reply = f"failed {type(error).__name__}: {error}"
    print(" ".join(reply.split("\n")), flush=True)
