"""Hostile clients that send commands without a pause."""

import statistics
import time

import imports
import proto
import wire
from attack import IDENTITY, IMPORT_USERS, UPDATE_USER, flood, new_service, rename

MIB = 1 << 20
BIND_CERTIFICATE = IDENTITY + "BindCertificate"


def creations(a):
    """Commands of one account."""
    number = time.time_ns()

    def newcomer():
        nonlocal number
        number += 1
        profile = proto.fields("Flood Er", None, None, f"f{number}@flood.example", f"f{number}")
        return proto.field(1, a.account) + proto.field(2, profile) + proto.field(5, "viewer")

    flood(a, IDENTITY + "CreateUser", newcomer, connections=10, calls=100, pause=0.1)


def renames(a):
    """One user that was renamed 3 000 times, again and again: the user's past must not make it slower."""
    connection = a.connect(window=MIB)
    took = []
    for _ in range(60):
        began = time.monotonic()
        for reply in [connection.ask(UPDATE_USER, a.token, wire.message(rename(a))) for _ in range(50)]:
            connection.wait_for(reply).message()
        took.append(time.monotonic() - began)
    first, last = statistics.median(took[:10]), statistics.median(took[-10:])
    a.told["before"] = f"3000 renames, 50 of them in {first * 1e3:.0f} ms at first, in {last * 1e3:.0f} ms at last"
    if last > 4 * first + 0.1:
        a.wrong.append("renames: their cost grows with their number")
    flood(a, UPDATE_USER, lambda: rename(a), connections=4, calls=25, pause=0.1)


def erasures(a):
    """One user after the other is erased."""
    users, took = newcomers(a), []

    def step():
        connection = a.connect(window=MIB)
        try:
            while a.going():
                if not users:
                    users.extend(newcomers(a))
                began = time.monotonic()
                reply = connection.call(IDENTITY + "EraseUser", a.token, proto.fields(a.account, users.pop(), 1))
                took.append(time.monotonic() - began)
                if reply.status != 0:
                    a.wrong.append(f"an erasure ends with {reply}")
        finally:
            a.leave(connection)

    a.forever(step)
    a.tell("erasures", took)


def newcomers(a):
    """The ids of 2 000 new users."""
    connection = a.connect(window=MIB)
    body = imports.header(a, imports.PERSON) + imports.chunks(imports.people(f"e{time.time_ns()}", 2_000))
    reply = connection.wait_for(connection.ask(IMPORT_USERS, a.token, body))
    a.leave(connection)
    return [user for _, users in imports.groups_of(reply) for user in users]


def certificates(a):
    """Certificates of others, without proof. Each is refused where commands are decided, one after the other."""
    connection = a.connect(window=MIB)
    request = proto.fields(a.account, new_service(a, connection, "certificates"), "spiffe://victim.example/billing")
    flood(a, BIND_CERTIFICATE, lambda: request, connections=4, calls=25, pause=0.1)
    refusal = str(a.connect(window=MIB).call(BIND_CERTIFICATE, a.token, request))
    a.told["refusal"] = refusal
    if refusal not in ("CERTIFICATE_NOT_PROVEN", "OVERLOADED"):
        a.wrong.append(f"a certificate without proof: {refusal}")


ATTACKS = {each.__name__: each for each in (creations, renames, erasures, certificates)}
