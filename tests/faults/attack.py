"""What all hostile clients share."""

import sys
import time

import figures
import proto
import wire

IDENTITY = "/roster.identity.v1.IdentityService/"
ACCESS = "/roster.access.v1.AccessService/"
CHECK = ACCESS + "Check"
GET_USER = IDENTITY + "GetUser"
IMPORT_USERS = IDENTITY + "ImportUsers"
UPDATE_USER = IDENTITY + "UpdateUser"


class Attack:
    """Knows the server and one account of it, and what it tells in the end."""

    def __init__(self, **target):
        self.__dict__.update(target)
        self.connections = []
        self.told = {}  # figures
        self.wrong = []
        self._end = None

    def going(self):
        """Whether there is time left. It runs from the first time that this is asked, which is when all attacks of the
        case begin: what comes before prepares them."""
        if self._end is None:
            print("prepared", flush=True)
            sys.stdin.readline()
            self._end = time.monotonic() + self.seconds
        return time.monotonic() < self._end

    def tell(self, what, seconds):
        self.told[what] = figures.told(seconds)

    def connect(self, **options):
        connection = wire.Connection(self.port, source=self.source, **options)
        self.connections.append(connection)
        return connection

    def leave(self, connection):
        connection.close()
        self.connections.remove(connection)

    def forever(self, step):
        """Repeats a step, also when the server refuses it by closing."""
        while self.going():
            try:
                step()
            except OSError:
                time.sleep(0.02)

    def hold(self):
        while self.going():
            time.sleep(0.05)
            for connection in self.connections:
                connection.drain()


def upload(a, path, request, token, more=(), compressed=False):
    """Sends the request again and again, as fast as the window of the server lets it."""
    body = wire.message(request, compressed)

    def step():
        connection = a.connect(window=1 << 20)
        try:
            while a.going():
                connection.upload(path, token, body, more)
        finally:
            a.leave(connection)

    a.forever(step)


def flood(a, path, request, connections, calls, pause):
    """So many calls on each of so many connections, again after each pause. Each has a request of its own."""
    def step():
        opened = [a.connect(window=1 << 20) for _ in range(connections)]
        while a.going():
            for connection in opened:
                for _ in range(calls):
                    connection.open(path, a.token, wire.message(request()))
            time.sleep(pause)
            if not all(connection.drain() for connection in opened):
                return

    a.forever(step)


def new_service(a, connection, name, *roles):
    """The id of a new service account."""
    request = proto.fields(a.account, name) + b"".join(proto.field(3, role) for role in roles)
    return proto.inner(connection.call(IDENTITY + "CreateServiceAccount", a.token, request).message(), 1, 1).decode()


def rename(a):
    """A request that gives the user a new name."""
    profile = proto.field(1, f"Renamed {time.time_ns()}")
    return proto.fields(a.account, a.user, profile, proto.field(1, "full_name"))
