"""Python's re, asked over a pipe: one JSON request a line, one JSON reply a line, timed here.

{"text": base64}                                    -> {"text": number}
{"pattern", "text", "ask", "ignoreCase", "unicode"} -> {"question": number} or {"error": why}
{"run": question, "repeats": n}                     -> {"check": number, "seconds": s}
"""

import base64
import json
import re
import sys
import time

texts = []
questions = []


def compiled(request):
    flags = re.IGNORECASE if request["ignoreCase"] else 0
    text = texts[request["text"]]
    pattern = request["pattern"]
    if request["unicode"]:
        text = text.decode("utf-8")
    else:
        pattern = pattern.encode("utf-8")
    return re.compile(pattern, flags), text


def question(request):
    regex, text = compiled(request)
    size = (lambda s: len(s.encode("utf-8"))) if request["unicode"] else len
    ask = request["ask"]
    if ask == "test":
        return lambda: 1 if regex.search(text) else 0
    if ask == "count":
        return lambda: sum(1 for _ in regex.finditer(text))
    if ask == "spans":
        return lambda: sum(size(m.group()) for m in regex.finditer(text))
    return lambda: sum(size(g) for m in regex.finditer(text) for g in m.groups() if g)


def answer(request):
    if "run" in request:
        work = questions[request["run"]]
        begin = time.perf_counter()
        for _ in range(request["repeats"]):
            check = work()
        return {"check": check, "seconds": time.perf_counter() - begin}
    if "pattern" in request:
        questions.append(question(request))
        return {"question": len(questions) - 1}
    texts.append(base64.b64decode(request["text"]))
    return {"text": len(texts) - 1}


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
