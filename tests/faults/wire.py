"""HTTP/2 by hand, as no client library lets a program misuse it: frames, and headers without compression."""

import socket
import struct

import replies

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 3, 4, 6, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
HEADER_TABLE_SIZE, INITIAL_WINDOW_SIZE, TRUE_BINARY = 1, 4, 0xfe03  # settings; the last one is gRPC's own
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
        self._replies = {}  # of calls whose answers are kept
        if hello:
            settings = {HEADER_TABLE_SIZE: 0, INITIAL_WINDOW_SIZE: window, TRUE_BINARY: 1}
            self.send(PREFACE + frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", *pair) for pair in settings.items())))

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
        self._send_body(self.open(path, token, end=False, more=more), body)

    def ask(self, path, token, body):
        """Sends a call, and no more of it once it is answered. Its answer grows while the connection reads."""
        stream = self.open(path, token, end=False)
        reply = self._replies[stream] = replies.Reply()
        self._send_body(stream, body, reply)
        return reply

    def call(self, path, token, *messages):
        """Sends a call and reads all of its answer."""
        return self.wait_for(self.ask(path, token, b"".join(message(each) for each in messages)))

    def wait_for(self, reply, messages=None):
        """Reads until a call is answered, or has so many messages."""
        while not reply.over and (messages is None or len(reply.messages()) < messages):
            self._read()
        return reply

    def _send_body(self, stream, body, reply=None):
        self._windows[stream] = self._first_window
        for at in range(0, len(body), 16_384):
            piece = body[at:at + 16_384]
            while min(self._window, self._windows[stream]) < len(piece):
                self._read()
            if reply and reply.over:
                break
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
        if stream in self._replies:
            self._keep(kind, flags, stream, payload)
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

    def _keep(self, kind, flags, stream, payload):
        if kind == DATA and payload:
            self._replies[stream].add(payload)
            grant = struct.pack(">I", len(payload))
            self.send(frame(WINDOW_UPDATE, 0, stream, grant) + frame(WINDOW_UPDATE, 0, 0, grant))
        elif kind == HEADERS and flags & END_STREAM:
            self._replies.pop(stream).end(payload)
        elif kind == RST_STREAM:
            self._replies.pop(stream).reset(int.from_bytes(payload, "big"))

    def close(self):
        self.socket.close()
