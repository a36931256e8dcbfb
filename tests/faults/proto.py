"""Messages of protobuf by hand: what the witness asks, and what no client library would send."""


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    """A text, bytes, or a number."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(*values):
    """Fields 1, 2, 3 … in their order; None leaves one out."""
    return b"".join(field(at + 1, value) for at, value in enumerate(values) if value is not None)
