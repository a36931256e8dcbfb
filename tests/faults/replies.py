"""What a call over HTTP/2 by hand was answered."""

import base64

import proto


class Reply:
    """Messages as they come, then the status."""

    def __init__(self):
        self._data = b""
        self.over = False
        self.status = None  # of gRPC; nothing when the stream was reset
        self.text = ""
        self.reason, self.metadata = "", {}  # of ErrorInfo

    def messages(self):
        """Those that are whole."""
        found, at = [], 0
        while len(self._data) >= at + 5:
            size = int.from_bytes(self._data[at + 1:at + 5], "big")
            if len(self._data) < at + 5 + size:
                break
            found.append(self._data[at + 5:at + 5 + size])
            at += 5 + size
        return found

    def message(self):
        """The only one of a call that must have succeeded."""
        if self.status != 0:
            raise RuntimeError(str(self))
        return self.messages()[0]

    def add(self, data):
        self._data += data

    def end(self, block):
        fields = _fields(block)
        self.over, self.status, self.text = True, int(fields[b"grpc-status"]), fields.get(b"grpc-message", b"").decode()
        details = fields.get(b"grpc-status-details-bin", b"")
        # Raw behind a zero, where both sides have agreed on that; else without padding.
        details = details[1:] if details[:1] == b"\0" else base64.b64decode(details + b"=" * (-len(details) % 4))
        for any_of in proto.parse(details).get(3, []):
            if proto.inner(any_of, 1) == b"type.googleapis.com/google.rpc.ErrorInfo":
                info = proto.parse(proto.inner(any_of, 2))
                self.reason = info[1][0].decode()
                pairs = [proto.parse(entry) for entry in info.get(3, [])]
                self.metadata = {pair[1][0].decode(): pair[2][0].decode() for pair in pairs}

    def reset(self, code):
        self.over, self.text = True, f"reset {code}"

    def __str__(self):
        return self.reason or self.text or ("OK" if self.status == 0 else f"status {self.status}")


def _number(block, at, bits):
    """RFC 7541, 5.1."""
    most = (1 << bits) - 1
    number, at = block[at] & most, at + 1
    if number < most:
        return number, at
    shift = 0
    while True:
        number, at, shift = number + ((block[at] & 127) << shift), at + 1, shift + 7
        if block[at - 1] < 128:
            return number, at


def _text(block, at):
    size, end = _number(block, at, 7)
    return block[end:end + size], end + size


def _fields(block):
    """Those that a block of headers spells out (RFC 7541, 6). What it takes of the static table is of no use here, and
    the settings leave it no other table. The names that are looked for are never packed by Huffman's code."""
    fields, at = {}, 0
    while at < len(block):
        kind = block[at]
        index, at = _number(block, at, 7 if kind & 128 else 6 if kind & 64 else 5 if kind & 32 else 4)
        if kind & 128 or not kind & 64 and kind & 32:
            continue
        name, at = (b"", at) if index else _text(block, at)
        fields[name], at = _text(block, at)
    return fields
