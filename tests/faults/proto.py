"""Messages of protobuf by hand: what is asked and answered, and what no client library would send."""


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


def _varint_at(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return number, at


def parse(data):
    """All values of each field, by its number: numbers, and bytes that may be messages. No fixed numbers."""
    values, at = {}, 0
    while at < len(data):
        tag, at = _varint_at(data, at)
        value, at = _varint_at(data, at)
        if tag & 7 == 2:
            value, at = data[at:at + value], at + value
        elif tag & 7:
            raise ValueError(f"wire type {tag & 7}")
        values.setdefault(tag >> 3, []).append(value)
    return values


def inner(data, *numbers):
    """The last value of a field within fields within a message; nothing when one is missing."""
    for number in numbers:
        data = parse(data).get(number, [None])[-1] if data is not None else None
    return data
