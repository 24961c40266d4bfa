#!/usr/bin/env python3
"""Verifies an evidence file of Gonogo with nothing but Python's standard library.

    python3 verify.py run-41.dsse.json [checkpoints.jsonl]

Exit code: 0 everything agrees and is signed, 1 an entry does not hold (the first one is named), 2 nobody can tell. It shares no code
with Gonogo. It looks at signatures, keys, the chain, numbers, heads and every hash; that the record's hash in each event is what the
events so far come to is looked at by `gonogo verify` alone. What is shown, and what is not, stands in auditors.md.
"""
import base64, calendar, hashlib, json, sys, time

STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "https://gonogo.example/evidence/v1"
SKEW = 300  # seconds that the clocks of two processes may be apart
KEPT = 30 * 86400  # seconds that outputs are kept at least after their run was closed
P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ZERO = "0" * 64


class Refused(Exception):
    """An entry does not hold: which, and why."""


# ---- Ed25519 (RFC 8032, 5.1) on extended coordinates, without the liberties that it leaves ----
def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    m, n, c, d = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P, 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1: result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result

def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0

def point(data):
    """The point that is written like this in the one way; None where none is, or one of small order."""
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P: x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign): return None
    if x & 1 != sign: x = P - x
    found = (x, y, 1, x * y % P)
    return None if same(times(8, found), (0, 1, 1, 0)) else found

BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def signed(key, message, signature):
    if len(key) != 32 or len(signature) != 64: return False
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= Q: return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    return same(times(s, BASE), add(r, times(k, a)))


# ---- what the file is made of ----
def refuse(wrong, entry, reason):
    if wrong: raise Refused(f"{entry}: {reason}")

def sha256(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()

def once(pairs):
    if len({name for name, _ in pairs}) != len(pairs): raise ValueError("a name stands twice in one object")
    return dict(pairs)

def parse(text, entry):
    try: return json.loads(text, object_pairs_hook=once)
    except ValueError as error: raise Refused(f"{entry}: it cannot be read: {error}")

def bytes_of(text, entry):
    try: data = base64.b64decode(text, validate=True)
    except ValueError: raise Refused(f"{entry}: it is no base 64")
    refuse(base64.b64encode(data).decode() != text, entry, "its base 64 is written in another way than the one")
    return data

def seconds(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))

def opened(envelope, kind, entry):
    refuse(envelope["payloadType"] != kind, entry, f"it is {envelope['payloadType']!r} and no {kind!r}")
    return bytes_of(envelope["payload"], entry)

def check(envelope, payload, name, key, entry):
    """Whether the key of this name has signed the envelope (DSSE: pre-authentication encoding)."""
    kind = envelope["payloadType"]
    message = b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)
    mine = [one["sig"] for one in envelope["signatures"] if one["keyid"] == name]
    refuse(not mine, entry, f"key {name} has not signed it")
    refuse(not signed(key, message, bytes_of(mine[0], entry)), entry, f"the signature by key {name} is not right")

def history(envelopes):
    """The keys in order: name, key, since when, until when."""
    keys = []
    for number, envelope in enumerate(envelopes, 1):
        entry = f"key {number}"
        payload = opened(envelope, "application/vnd.gonogo.key+json", entry)
        said = parse(payload, entry)
        key, last = bytes.fromhex(said["public"]), keys[-1] if keys else None
        refuse(point(key) is None, entry, "it is no key, or of small order: one signature would fit many messages")
        refuse(sha256(key) != said["key"], entry, "its name is not its own")
        follows = said["previous"] == (last["name"] if last else None)
        refuse(not follows or (last and seconds(said["from"]) < last["from"]), entry, "it does not follow the key before it")
        if last: check(envelope, payload, last["name"], last["key"], entry)
        check(envelope, payload, said["key"], key, entry)
        if last: last["until"] = seconds(said["from"])
        keys.append({"name": said["key"], "key": key, "from": seconds(said["from"]), "until": float("inf")})
    return keys

def key_at(keys, name, at, entry):
    found = next((key for key in keys if key["name"] == name), None)
    refuse(found is None, entry, f"key {name} is not in the file's history of keys")
    then = found["from"] - SKEW <= seconds(at) <= found["until"] + SKEW
    refuse(not then, entry, f"key {name} did not sign at {at}")
    return found["key"]

def head_of(envelope, keys, entry):
    payload = opened(envelope, "application/vnd.gonogo.head+json", entry)
    head = parse(payload, entry)
    check(envelope, payload, head["key"], key_at(keys, head["key"], head["at"], entry), entry)
    return head

def sign_off(event):
    what = event["what"]
    if what["event"] != "signed": return None
    return {"role": what["role"], "by": event["by"], "meaning": what["meaning"], "record": what["signed"], "at": event["at"],
            "nonce": what.get("nonce")}

def verify(text, kept):
    envelope = parse(text, "the file")
    payload = opened(envelope, "application/vnd.in-toto+json", "the envelope")
    statement = parse(payload, "the statement")
    refuse((statement["_type"], statement["predicateType"]) != (STATEMENT, PREDICATE), "the statement", "it is another kind")
    file = statement["predicate"]
    run, keys, heads = file["run"], history(file["keys"]), {}
    for number, one in enumerate(file["heads"], 1):
        head = head_of(one, keys, f"head {number}")
        refuse(head["run"] != run, f"head {number}", f"it was signed for run {head['run']}")
        heads.setdefault(head["number"], []).append(("a head", head))
    last_head, mine, older, own, written = max(heads, default=0), 0, None, None, None
    for one in envelope["signatures"][:1]:
        name = one["keyid"]
        try:
            check(envelope, payload, name, key_at(keys, name, file["exported_at"], "the envelope"), "the envelope")
            written = seconds(file["exported_at"])
        except Refused as why:
            own = why  # an entry that does not hold says more
    for number, one in enumerate(kept, 1):
        entry = f"checkpoint {number}"
        said = parse(opened(one, "application/vnd.gonogo.head+json", entry), entry)
        if said["run"] != run: continue
        # By how much it is from after the file was written, by the file's own signature: who cuts a file writes it later.
        after = None if written is None else seconds(said["at"]) - written
        if after is not None and after >= -SKEW and all(key["name"] != said["key"] for key in keys):
            older = older or entry
            continue
        head = head_of(one, keys, entry)
        if after is not None and after > SKEW and head["number"] > len(file["events"]):
            older = older or entry
            continue
        mine += 1
        heads.setdefault(head["number"], []).append(("a checkpoint", head))
    files = [bytes_of(one["base64"], one["name"]) for one in (file["document"], file["as_run"], *file["attachments"])]
    previous, record, due, closed, nonces, named, slots, lines = ZERO, None, 0, None, set(), [], {}, {}
    for number, stored in enumerate(file["events"], 1):
        entry, body = f"event {number}", stored["body"]
        refuse(stored["previous"] != previous, entry, "it does not follow the event before it: one was put in, taken out or moved")
        refuse(sha256(previous + body) != stored["hash"], entry, "its text is not what was hashed: it was changed")
        event, previous = parse(body, entry), stored["hash"]
        what, kind = event["what"], event["what"]["event"]
        refuse(event["number"] != number, entry, f"it has the number {event['number']}")
        refuse((kind == "started") != (number == 1), entry, "the first event, and no other, starts the run")
        if number == 1:
            start = what
            refuse(sha256(files[0]) != what["revision"], "the document", "it is not the one that the run was started with")
            refuse(sha256(file["plan"]) != what["plan"], "the plan", "it is not the one that the run was started with")
        if kind == "signed":
            refuse(what["signed"] != record, entry, "the signature was given on another record: another run's, or an older one")
            refuse(what.get("nonce") in nonces, entry, "the signature has the nonce of an older one: it was used again")
            if what.get("nonce"): nonces.add(what["nonce"])
            slots[what["role"]] = sign_off(event)
        if kind == "withdrawn": slots.pop(what["role"], None)
        if kind in ("signed", "withdrawn", "closed") or number % 100 == 0: due = number
        if kind == "closed": closed = event["at"]
        if what.get("evidence"):
            named.append((number, what["evidence"], kind != "measurement_ended"))
            line = what["item"] if kind in ("observed", "action_ended", "sample_failed") else None
            lines.setdefault(what["evidence"], set()).add(line)
        if kind == "attested" and (what["proof"] or {}).get("kind") == "file": named.append((number, what["proof"]["hash"], True))
        record = event["record"]
        for source, head in heads.pop(number, []):
            refuse(head["hash"] != previous, entry, f"{source} was signed here on other events: one up to here was changed, put in, "
                   "taken out, moved or stamped again")
            agrees = (head["record"], head["revision"], head.get("sign_off")) == (record, start["revision"], sign_off(event))
            refuse(not agrees, entry, f"{source} was signed here on another record, revision or signature")
    refuse(not file["events"], "event 1", "it is missing")
    refuse(heads, f"event {number + 1}", f"it is missing: something was signed at event {min(heads, default=0)}")
    for one in file["evidence"] + file["measurements"]:
        refuse(sha256(one["body"]) != one["hash"], f"evidence {one['hash']}", "its text is not what was hashed: it was changed")
    there = {one["hash"] for one in file["evidence"] + file["measurements"]} | {sha256(data) for data in files[2:]}
    removed = {one["hash"]: one["removed_at"] for one in file.get("removed", [])}
    for name, at in removed.items():
        early = closed is None or seconds(at) < seconds(closed) + KEPT
        refuse(early, f"removed {name}", "the run had not been closed for 30 days when it is said to have been removed")
        refuse(name in there, f"removed {name}", "it is said to have been removed, and is there")
    for number, name, may_go in named:
        gone = name not in there and not (may_go and name in removed)
        refuse(gone, f"evidence {name}", f"event {number} names it, and it is missing or changed")
    for one in file["evidence"]:
        of = lines.get(one["hash"], {one["of"]})
        refuse(None not in of and one["of"] not in of, f"evidence {one['hash']}",
               f"it is said to be of {one['of']!r}, for which no event names it")
    refuse(file["sign_offs"] != [slots[role] for role in sorted(slots)], "the signatures", "they are not those of the events")
    digests = [sha256(files[0]), sha256(files[1]), record, previous]
    refuse([one["digest"]["sha256"] for one in statement["subject"]] != digests, "the subjects", "they are not what the file has")
    if own: raise own
    doubt = ("the file itself is not signed" if not envelope["signatures"] else
             f"not signed: there is no signed head at event {due} or after it" if last_head < due else
             f"the file is older than a checkpoint, {older}: export it again" if older else
             f"none of the checkpoints is one of run {run}" if kept and not mine else None)
    return doubt, f"run {run}, {number} events, the last one {previous}, signed up to event {last_head}" + \
        (f", by key {keys[-1]['name']}" if keys else "") + ("" if mine else "; no checkpoint was given") + \
        (f"; {len(removed)} outputs were removed by retention, the last on {max(removed.values())[:10]}" if removed else "")

def envelopes(lines):
    """The signed heads, one a line. What is none, half a line of a disk that was full, is passed over."""
    kept, bad = [], 0
    for number, line in enumerate(lines, 1):
        if not line.strip(): continue
        try:
            one = json.loads(line)
            one["payload"], one["payloadType"], [(sign["keyid"], sign["sig"]) for sign in one["signatures"]]
            kept.append(one)
        except (ValueError, TypeError, KeyError, RecursionError):
            print(f"line {number} of the checkpoints: no signed head, passed over", file=sys.stderr)
            bad += 1
    if bad and not kept: raise ValueError("no signed heads in the file of the checkpoints")
    return kept

def main(arguments):
    try:
        kept = envelopes(open(arguments[1], "rb")) if arguments[1:] else []
        text = open(arguments[0], "rb").read()
    except (IndexError, OSError, ValueError) as error:
        print(f"cannot tell: {error}", file=sys.stderr)
        return 2
    try:
        doubt, facts = verify(text, kept)
    except Refused as why:
        print(f"refused: {ascii(str(why))[1:-1]}")
        return 1
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        print(f"refused: the file: it has not the form that it should have: {error!r}")
        return 1
    print(f"cannot tell: {doubt}\n  {facts}" if doubt else f"holds\n  {facts}")
    return 2 if doubt else 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
