"""HTTP/2 by hand, as no client library lets a program misuse it: frames, and headers without compression."""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 3, 4, 6, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INITIAL_WINDOW_SIZE = 4
CANCEL = 8


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _text(value):
    value = value.encode()
    assert len(value) < 16_000
    length = bytes([len(value)]) if len(value) < 127 else bytes([127, (len(value) - 127) & 127 | 128, (len(value) - 127) >> 7])
    return length + value


def headers(path, token=None, more=()):
    """The header block of a call."""
    fields = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "roster"),
              ("content-type", "application/grpc"), ("te", "trailers"), *more]
    if token:
        fields.append(("authorization", "Bearer " + token))
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)


def message(payload, compressed=False):
    """A message of gRPC."""
    return struct.pack(">BI", compressed, len(payload)) + payload


class Closed(OSError):
    """The server has closed the connection."""


class Connection:
    """A connection that reads only when it is asked to, and keeps to the windows of the server."""

    def __init__(self, port, window=65_535, hello=True, source="127.0.0.1"):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.next_stream = 1
        self._unread = b""
        self._first_window = self._window = 65_535  # what may be sent, on a new stream and on all together
        self._windows = {}
        if hello:
            self.send(PREFACE + frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, window)))

    def send(self, data):
        self.socket.sendall(data)

    def open(self, path, token=None, body=b"", end=True, more=()):
        """Begins a call and returns its stream. The body must fit into the window of the server."""
        stream = self.next_stream
        self.next_stream += 2
        flags = END_HEADERS | (END_STREAM if end and not body else 0)
        data = frame(HEADERS, flags, stream, headers(path, token, more))
        if body:
            data += frame(DATA, END_STREAM if end else 0, stream, body)
        self.send(data)
        return stream

    def upload(self, path, token, body, more=()):
        """Sends a whole call, however long it takes."""
        stream = self.open(path, token, end=False, more=more)
        self._windows[stream] = self._first_window
        for at in range(0, len(body), 16_384):
            piece = body[at:at + 16_384]
            while min(self._window, self._windows[stream]) < len(piece):
                self._read()
            self._window -= len(piece)
            self._windows[stream] -= len(piece)
            self.send(frame(DATA, END_STREAM if at + len(piece) == len(body) else 0, stream, piece))
        del self._windows[stream]

    def drain(self):
        """Reads what is there; False when the server has closed."""
        self.socket.setblocking(False)
        try:
            while True:
                self._read()
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            self.socket.settimeout(10)

    def _read(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise Closed()
        self._unread += data
        while len(self._unread) >= 9:
            size = int.from_bytes(self._unread[:3], "big")
            if len(self._unread) < 9 + size:
                break
            kind, flags, stream = self._unread[3], self._unread[4], int.from_bytes(self._unread[5:9], "big")
            self._take(kind, flags, stream, self._unread[9:9 + size])
            self._unread = self._unread[9 + size:]

    def _take(self, kind, flags, stream, payload):
        if kind == WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(payload, "big")
        elif kind == WINDOW_UPDATE and stream in self._windows:
            self._windows[stream] += int.from_bytes(payload, "big")
        elif kind == RST_STREAM and stream in self._windows:
            self._windows[stream] = 1 << 30  # the server takes what still comes, and throws it away
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind == SETTINGS and not flags & ACK:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack_from(">HI", payload, at)
                if name == INITIAL_WINDOW_SIZE:
                    for open_stream in self._windows:
                        self._windows[open_stream] += value - self._first_window
                    self._first_window = value
            self.send(frame(SETTINGS, ACK, 0))

    def close(self):
        self.socket.close()
