"""Hostile clients that import."""

import collections
import itertools
import os
import time

import imports
from attack import IMPORT_USERS

MIB = 1 << 20


def send_again(a, bodies, judge):
    """Imports one body after the other, again and again. `judge` says what is wrong with an answer."""
    answers, took = collections.Counter(), []

    def step():
        connection = a.connect(window=MIB)
        try:
            while a.going():
                body = bodies()
                began = time.monotonic()
                reply = connection.wait_for(connection.ask(IMPORT_USERS, a.token, body))
                took.append(time.monotonic() - began)
                answers[str(reply)] += 1
                if wrong := judge(reply):
                    a.wrong.append(wrong)
        finally:
            a.leave(connection)

    a.forever(step)
    a.tell("imports", took)
    a.told["answers"] = str(dict(answers))
    if not answers:
        a.wrong.append("no import was answered")


def refused(reply):
    """As soon as it can be known, which is before the file is read to its end or has no rows."""
    expected = ("LIMIT_EXCEEDED", "INVALID_FIELDS", "EMPTY_FILE", "OVERLOADED")
    return None if reply.reason in expected else f"an import ends with {reply}"


def in_turn(bodies):
    """Gives one after the other, from where the next process does not begin."""
    numbers = itertools.count(os.getpid())
    return lambda: bodies[next(numbers) % len(bodies)]


def mappings(a):
    """200 000 mappings of a million columns, and as many mappings as there may be."""
    columns = imports.chunks(",".join(f"c{i}" for i in range(1_000_000)).encode())
    bodies = [imports.header(a, [(f"c{i}", imports.FULL_NAME) for i in range(count)], True) + columns
              for count in (200_000, 256)]
    send_again(a, in_turn(bodies), refused)


def commas(a):
    """Files of 63 MiB: of commas, of quotes, of empty lines, and of one cell that never ends."""
    header = imports.header(a, imports.PERSON)
    send_again(a, in_turn([header + imports.chunks(begin) + imports.chunks(fill * imports.CHUNK) * 31
                           for begin, fill in ((b"", b","), (b"", b'"'), (b"", b"\n"), (b'"', b"x"))]), refused)


def long_rows(a):
    """Rows with fields as long as they may be: 200 of them are more than a commit may hold."""
    name = "\U00020000" * 256
    more = [(1, field) for field in (imports.GIVEN_NAME, imports.FAMILY_NAME, imports.TITLE)]
    header = imports.header(a, [*imports.PERSON, *more])
    count = 450

    def body():
        return header + imports.chunks(imports.people(f"long{time.time_ns()}", count, name))

    def judge(reply):
        if reply.status != 0:
            told = reply.metadata.keys() >= {"rows", "created", "failed", "position"}
            return None if told and reply.reason == "OVERLOADED" else f"an import ends with {reply}"
        summary = imports.summary_of(reply)
        return None if summary[:3] == [count, count, 0] else f"an import says {summary}"

    send_again(a, body, judge)


def silent_streams(a):
    """Imports that never begin."""
    def step():
        connection = a.connect()
        for _ in range(64):
            connection.open(IMPORT_USERS, a.token, end=False)
        a.hold()

    a.forever(step)


ATTACKS = {each.__name__: each for each in (mappings, commas, long_rows, silent_streams)}
