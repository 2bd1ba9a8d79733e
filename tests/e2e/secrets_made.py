"""Secrets of known formats, drawn anew: none of them was ever valid anywhere."""

import random
import string
import zlib

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PLACEHOLDER = "[REDACTED:github-token]"


def github_token(seed):
    """ghp_, 30 characters and their CRC-32 as six base-62 digits, as GitHub makes them."""
    draw = random.Random(seed)
    body = "".join(draw.choice(BASE62) for _ in range(30))
    crc, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        digits = BASE62[crc % 62] + digits
        crc //= 62
    return "ghp_" + body + digits


def aws_access_key(seed):
    draw = random.Random(seed)
    return "AKIA" + "".join(draw.choice(string.ascii_uppercase + "234567") for _ in range(16))


def private_key(seed):
    """The lines of a PEM block."""
    draw = random.Random(seed)
    alphabet = BASE62 + "+/"
    body = ["".join(draw.choice(alphabet) for _ in range(64)) for _ in range(8)]
    return ["-----BEGIN RSA PRIVATE KEY-----", *body, "q7Rk2LmX9bVt==",
            "-----END RSA PRIVATE KEY-----"]
