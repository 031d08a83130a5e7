"""Read an eval set as docs/evalset-format.md explains it: `python docs/read_evalset.py path/to/evalset classification`."""

import json
import sys
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

FIELDS = ("mode", "expected", "member", "content", "partition", "pinned")


def canonical(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):  # Python writes 1e-05, 1e-06, 1e+16; canonical are 0.00001, 1e-6, 1e16
        written = repr(value)
        return f"{Decimal(written):f}" if written.endswith("e-05") else written.replace("e+", "e").replace("e-0", "e-")
    return json.dumps(value, ensure_ascii=False)


def read(folder):
    lines = {}
    for path in (path for pattern in (".open/[!.]*.jsonl", "segments/*/[!.]*.jsonl") for path in Path(folder).glob(pattern)):
        data, sealed = path.read_bytes(), path.parent.name != ".open"
        if sealed and (sha256(data).hexdigest() != path.stem or not data.startswith(b'{"regrade":"evalset","version":1}\n')):
            sys.exit(f"{path}: has changed, or is of a newer format")
        for line in data.split(b"\n")[:-1]:  # what no line feed ends, or holds a NUL, was never acknowledged
            if line.startswith(b'{"at":') and b"\0" not in line and lines.setdefault(json.loads(line)["id"], line) != line:
                sys.exit(f"{path}: a decision is there twice, with different bytes")
    return {id: json.loads(line) for id, line in lines.items()}


def fold(decisions):
    dead, facts, writes, registers = set(), {}, {}, {}
    for id, decision in sorted(decisions.items(), key=lambda each: -each[1]["seq"]):  # newest first: undos before what they undo
        if id not in dead:
            dead.update(decision.get("undoes", []))
            for fact in decision.get("facts", []):
                facts.setdefault((fact["kind"], fact["subject"]), []).append(fact.get("value"))
        for write in decision.get("writes", []):
            writes.setdefault((write["field"], write["subject"]), {})[id] = write
    for (field, subject), found in writes.items():
        hidden = set()
        for id, write in found.items():  # newest first: what reaches a write through `over` comes before it
            if id not in dead or id in hidden:
                hidden.update(write.get("over", []))
        heads = sorted((write.get("value") for id, write in found.items() if id not in dead | hidden), key=canonical, reverse=True)
        unsaid = ("source", "schema") if field == "content" else ()  # contents that differ in nothing else are one: the smallest
        distinct = {canonical({name: value[name] for name in value.keys() - unsaid} if unsaid else value): value for value in heads}
        registers[field, subject] = [distinct[said] for said in sorted(distinct)]
    return registers, facts


def follow(mode, into, path=()):  # a cycle, made by two people's merges, reads as its smallest mode
    return min(path[path.index(mode) :]) if mode in path else follow(into[mode], into, (*path, mode)) if mode in into else mode


def predictions(folder, task):
    registers, facts = fold(read(folder))
    into = {subject: min(filter(None, found)) for (field, subject), found in registers.items() if field == "into" and any(found)}
    for key in sorted({subject for field, subject in registers if field in FIELDS}):
        mode, expected, member, content, partition, pinned = said = [registers.get((field, key), []) for field in FIELDS]
        mode[:] = sorted({follow(each, into) for each in mode if each is not None})
        disputed = [field for field, each in zip(FIELDS, said, strict=True) if len(each) > 1]
        inside = "in" in member and content != []
        decided = member[0] if member in (["retired"], ["dismissed"]) else "labelled" if mode or expected else "open"
        status = "disputed" if disputed else "promoted" if inside else decided
        outcomes = {canonical(each["outcome"]): each["outcome"] for each in content if each.get("outcome") is not None}
        found = {"key": key, "status": status, "member": inside, "disputed": disputed, "mode": mode[0] if mode else None}
        found |= {"expected": expected or [outcomes[each] for each in sorted(outcomes)], "partition": (partition or ["eval"])[0]}
        asked = sha256(canonical([task, content[0]["inputs"], content[0]["schema"]]).encode()).hexdigest() if content else ""
        yield found | {"content_hash": asked, "weight": 1 / max(facts.get(("sample", key), [1.0])), "pinned": True in pinned}


if __name__ == "__main__":
    members = [each for each in predictions(*sys.argv[1:]) if each["member"]]
    told = [canonical([each[name] for name in ("key", "content_hash", "expected", "partition", "weight", "pinned")]) for each in members]
    print(*map(canonical, members), sha256("\n".join(told).encode()).hexdigest(), sep="\n")
