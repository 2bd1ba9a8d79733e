#!/usr/bin/env python3
"""Compares outcomes of our HTTP/1.1 parsers with h11 and llhttp (httptools).

Reads one case a line: KIND HEX(input) ACCEPTED HEX(head) HEX(body) CONSUMED HEX(reason).
Law: what we accept, every reference accepts, and understands in the same way. The other way round
we may be stricter, but only for a reason listed below.
Exit: 0 agreed, 1 differences (printed), 77 no reference parser is installed.
"""
import collections
import sys

try:
    import h11
except ImportError:
    h11 = None
try:
    import httptools
except ImportError:
    httptools = None

# Refusals of ours that a reference may accept, each on purpose.
STRICTER = {
    "line ends with a bare LF", "chunk size line ends with a bare LF",
    "trailer line ends with a bare LF", "folded header line", "more than one Content-Length",
    "malformed Content-Length", "empty line instead of a message", "malformed Host", "no Host",
    "more than one Host", "request target and Host differ", "malformed request target",
    "illegal character in the request target", "Transfer-Encoding in HTTP/1.0",
    "unknown transfer coding", "malformed Transfer-Encoding", "unknown method",
    "unknown expectation", "illegal character in a header value", "malformed chunk size",
    "unknown scheme in the request target", "status out of range", "malformed trailer",
    "protocol switch that nobody asked for", "both Content-Length and Transfer-Encoding",
    "framing header in an interim response", "HTTP version not supported", "illegal character in the method", "malformed status line",
    "malformed request line", "blank before the colon of a header", "body larger than the limit",
    "illegal character in a header name", "chunk size overflows",
    "request body larger than the limit", "illegal character in the reason phrase",
}


class Refused(Exception):
    pass


def run_h11(kind, data):
    conn = h11.Connection(h11.SERVER if kind == "request" else h11.CLIENT,
                          max_incomplete_event_size=1 << 20)
    if kind == "response":
        conn.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
        conn.send(h11.EndOfMessage())
    first, fields, body = None, [], b""
    try:
        conn.receive_data(data)
        while True:
            event = conn.next_event()
            if event is h11.NEED_DATA:
                conn.receive_data(b"")  # the peer closes
            elif isinstance(event, h11.Request):
                first, fields = (event.method, event.target), event.headers
            elif isinstance(event, h11.Response):
                first, fields = (b"%d" % event.status_code, event.reason), event.headers
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                rest = conn.trailing_data[0]
                return first, [(n.lower(), v) for n, v in fields], body, len(data) - len(rest)
            elif isinstance(event, (h11.ConnectionClosed,)) or event is h11.PAUSED:
                raise Refused("closed early")
    except h11.ProtocolError as error:
        raise Refused(str(error)) from error


class Collector:
    def __init__(self):
        self.url, self.reason, self.fields, self.body = b"", b"", [], b""
        self.done, self.parser, self.first = False, None, None

    def on_url(self, url):
        if not self.done:
            self.url += url

    def on_status(self, status):
        if not self.done:
            self.reason += status

    def on_header(self, name, value):
        if not self.done and self.first is None:
            self.fields.append((name.lower(), value))

    def on_headers_complete(self):
        if self.first is None:
            if hasattr(self.parser, "get_method"):
                self.first = (self.parser.get_method(), self.url)
            else:
                self.first = (b"%d" % self.parser.get_status_code(), self.reason)

    def on_body(self, body):
        if not self.done:
            self.body += body

    def on_message_complete(self):
        if self.first and self.first[0].startswith(b"1") and len(self.first[0]) == 3:
            self.fields, self.reason, self.first = [], b"", None
        else:
            self.done = True


def run_llhttp(kind, data):
    out = Collector()
    cls = httptools.HttpRequestParser if kind == "request" else httptools.HttpResponseParser
    out.parser = cls(out)
    try:
        out.parser.feed_data(data)
    except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
        if not out.done:
            raise Refused(str(error)) from error
    until_close = kind == "response" and out.first and not any(
        name in (b"content-length", b"transfer-encoding") for name, _ in out.fields)
    if not out.done and not until_close:
        raise Refused("incomplete")
    return out.first, out.fields, out.body, None


def ours(kind, head, body, consumed):
    lines = head.split(b"\n")
    if kind == "request":
        first = tuple(lines[0].split(b" ")[:2])
    else:
        status, rest = lines[0].split(b" ", 1)
        first = (status, rest.rsplit(b" ", 1)[0])
    fields = [(n.lower(), v) for n, v in (line.split(b"=", 1) for line in lines[1:])]
    return first, fields, body, consumed


def same(mine, theirs):
    (my_a, my_b), fields, body, consumed = mine
    (a, b), their_fields, their_body, their_consumed = theirs
    absolute = b.lower().startswith((b"http:", b"https:"))  # we reduce it to origin form
    return (my_a == a and (absolute or my_b.strip() == b.strip()) and body == their_body
            and fields == [(n, v.strip(b" \t")) for n, v in their_fields]
            and their_consumed in (None, consumed))


def main():
    references = []
    if h11:
        references.append(("h11", run_h11))
    if httptools:
        references.append(("llhttp", run_llhttp))
    if not references:
        print("neither h11 nor httptools is installed")
        return 77
    faults, accepted, stricter = 0, 0, collections.Counter()
    for line in sys.stdin:
        kind, *hexes = line.rstrip("\n").split(" ")
        data, head, body, reason = (bytes.fromhex(hexes[i]) for i in (0, 2, 3, 5))
        we_accept = hexes[1] == "1"
        accepted += we_accept
        for name, run in references:
            try:
                theirs = run(kind, data)
            except Refused as refusal:
                if we_accept and not known_refusal(name, str(refusal), data):
                    faults += 1
                    print(f"{name} refuses what we accept: {refusal}: {data!r}")
                continue
            if we_accept and not same(ours(kind, head, body, int(hexes[4])), theirs):
                faults += 1
                print(f"{name} understands otherwise: {data!r}\n  {theirs}\n  {head!r} {body!r}")
            if not we_accept:
                stricter[reason.decode()] += 1
                if reason.decode() not in STRICTER:
                    faults += 1
                    print(f"{name} accepts what we refuse ({reason.decode()}): {data!r}")
    print(f"{accepted} accepted by all; stricter than a reference: {dict(stricter)}")
    print("references:", ", ".join(name for name, _ in references))
    return 1 if faults else 0


def known_refusal(name, why, data):
    """Where a reference is narrower than RFC 9112."""
    if name == "h11":  # one empty line before a request is to be ignored
        return data.startswith(b"\r\n") and "no request line" in why
    # llhttp knows a closed list of methods, and no bytes from 0x80 in quoted chunk extensions.
    return "Invalid method" in why or "chunk extensions" in why


sys.exit(main())
