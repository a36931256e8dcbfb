"""Imports: what is sent, and what is told of them."""

import proto
import wire

CHUNK = 2 << 20
FULL_NAME, GIVEN_NAME, FAMILY_NAME, EMAIL, USER_NAME, TITLE, ROLE = range(1, 8)  # what a column holds
PERSON = ((1, FULL_NAME), (2, EMAIL), (3, USER_NAME), (4, ROLE))


def header(a, mapping, has_header=False):
    """The first message. Columns are numbers, or names in the header of the file."""
    request = proto.field(1, a.account) + proto.field(3, int(has_header))
    for column, holds in mapping:
        request += proto.field(2, proto.field(1 if isinstance(column, str) else 2, column) + proto.field(3, holds))
    return wire.message(proto.field(1, request))


def chunks(file):
    """The messages after it."""
    return b"".join(wire.message(proto.field(2, file[at:at + CHUNK])) for at in range(0, len(file), CHUNK))


def people(mark, count, name="Some Body"):
    """A file of so many new users. The mark tells them from those of other files."""
    return "".join(f"{name},{mark}-{i}@rows.example,{mark}-{i},viewer\n" for i in range(count)).encode()


def summary_of(reply):
    """Rows, created, failed and position, of an import that ended well."""
    summary = proto.parse(proto.inner(reply.messages()[-1], 2))
    return [summary.get(number, [0])[0] for number in (1, 2, 3, 4)]


def groups_of(reply):
    """Position and ids of the users of each group that was told."""
    groups = []
    for each in reply.messages():
        told = proto.inner(each, 1)
        if told is not None:
            rows = proto.parse(told)
            groups.append((rows.get(2, [0])[0], [proto.inner(row, 2) for row in rows.get(1, [])]))
    return groups
