"""A caller whose token is revoked while it imports and waits."""

import collections
import time

import imports
import proto
import wire
from attack import GET_USER, IDENTITY, IMPORT_USERS, UPDATE_USER, new_service, rename

MIB = 1 << 20
LIST_EVENTS = "/roster.audit.v1.AuditService/ListEvents"
MOST_ROUNDS = 30  # the log is read at the end
ROWS = 10_000
AHEAD = range(3, 63, 3)  # positions that reads wait for


class Caller:
    """A service account with a token."""

    def __init__(self, a, connection):
        self.id = new_service(a, connection, f"revoked-{time.time_ns()}", "super_admin")
        request = proto.fields(a.account, self.id)
        issued = proto.parse(connection.call(IDENTITY + "IssueServiceToken", a.token, request).message())
        self.token_id, self.token, self.position = issued[4][0], issued[5][0].decode(), issued[2][0]

    def revoke(self, a, connection):
        """The position from which on the token is of no use."""
        request = proto.fields(a.account, self.id, self.token_id)
        return proto.inner(connection.call(IDENTITY + "RevokeServiceToken", a.token, request).message(), 2)


def revocation(a):
    """Its import ends, and no read that waits is answered from then on."""
    revoked, import_ends, wait_ends = {}, collections.Counter(), collections.Counter()

    def round_of(connection):
        caller, running, waiting = begin(a, connection)
        connection.wait_for(running, messages=1)
        revoked[caller.id] = end = caller.revoke(a, connection)
        commits = [connection.ask(UPDATE_USER, a.token, wire.message(rename(a))) for _ in range(max(AHEAD))]
        for reply in commits:
            connection.wait_for(reply).message()
        a.wrong += judge_import(connection.wait_for(running), end, import_ends)
        for reply in waiting:
            a.wrong += judge_wait(connection.wait_for(reply), end, wait_ends)

    def step():
        connection = a.connect(window=MIB)
        try:
            while a.going() and len(revoked) < MOST_ROUNDS:
                round_of(connection)
        finally:
            a.leave(connection)
        a.hold()

    a.forever(step)
    a.told.update({"imports end with": str(dict(import_ends)), "waits end with": str(dict(wait_ends))})
    for what, ends in (("import", import_ends), ("wait", wait_ends)):
        if not ends["UNAUTHENTICATED"]:
            a.wrong.append(f"no {what} saw the revocation")
    judge_log(a, revoked)


def begin(a, connection):
    caller = Caller(a, connection)
    reads = [proto.fields(a.account, a.user, None, None, caller.position + ahead) for ahead in AHEAD]
    waiting = [connection.ask(GET_USER, caller.token, wire.message(read)) for read in reads]
    body = imports.header(a, imports.PERSON) + imports.chunks(imports.people(f"r{time.time_ns()}", ROWS))
    running = connection.ask(IMPORT_USERS, caller.token, body)
    return caller, running, waiting


def judge_import(reply, end, ends):
    """A group that is committed stands before the revocation."""
    ends[str(reply)] += 1
    late = [position for position, _ in imports.groups_of(reply) if position > end]
    wrong = [f"an import that was revoked at {end} goes on at {late}"] if late else []
    if reply.status != 0 and reply.reason != "UNAUTHENTICATED":
        wrong.append(f"an import that was revoked ends with {reply}")
    return wrong


def judge_wait(reply, end, ends):
    ends[str(reply)] += 1
    if reply.status == 0 and (position := proto.inner(reply.messages()[0], 2)) >= end:
        return [f"a read that was revoked at {end} is answered at {position}"]
    if reply.status != 0 and reply.reason != "UNAUTHENTICATED":
        return [f"a read that was revoked ends with {reply}"]
    return []


def judge_log(a, revoked):
    """Nothing stands in the log that a caller did after its revocation."""
    connection = a.connect(window=MIB)
    token, events, late = None, 0, collections.defaultdict(set)
    while token is None or token:
        request = proto.fields(a.account, a.account, 100, token)
        page = proto.parse(connection.call(LIST_EVENTS, a.token, request).message())
        for event in page.get(1, []):
            values = proto.parse(event)
            position, actor = values[1][0], (proto.inner(values[4][0], 2) or b"").decode()
            events += actor in revoked
            if actor in revoked and position > revoked[actor]:
                late[actor].add(position)
        token = page.get(2, [b""])[0]
    a.told["log"] = f"{events} events of {len(revoked)} callers"
    a.wrong += [f"{actor} was revoked at {revoked[actor]} and acts at {sorted(at)}" for actor, at in late.items()]


ATTACKS = {"revocation": revocation}
