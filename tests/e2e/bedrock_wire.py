"""Bedrock's event stream as tests read it: every checksum is checked."""

import json
import struct
import zlib


def messages(data):
    """(headers, payload) of each message; fails on a wrong length or checksum, or a cut one."""
    out = []
    while data:
        total, headers_size, prelude = struct.unpack(">III", data[:12])
        assert zlib.crc32(data[:8]) == prelude
        frame, data = data[:total], data[total:]
        assert len(frame) == total
        assert zlib.crc32(frame[:-4]) == struct.unpack(">I", frame[-4:])[0]
        block, headers = frame[12:12 + headers_size], {}
        while block:
            name_size = block[0]
            name = block[1:1 + name_size].decode()
            assert block[1 + name_size] == 7, "only strings are used"
            size = struct.unpack(">H", block[2 + name_size:4 + name_size])[0]
            headers[name] = block[4 + name_size:4 + name_size + size].decode()
            block = block[4 + name_size + size:]
        out.append((headers, frame[12 + headers_size:-4]))
    return out


def events(data):
    """(event or exception type, payload) of each message."""
    return [(headers.get(":event-type") or headers[":exception-type"], json.loads(payload))
            for headers, payload in messages(data)]


def text_of(data):
    return "".join(payload["delta"].get("text", "") for name, payload in events(data)
                   if name == "contentBlockDelta")


def converse(text="hi", **more):
    return {"messages": [{"role": "user", "content": [{"text": text}]}], **more}


def invoke(text="hi", max_tokens=1000, **more):
    return {"anthropic_version": "bedrock-2023-05-31", "max_tokens": max_tokens,
            "messages": [{"role": "user", "content": text}], **more}
