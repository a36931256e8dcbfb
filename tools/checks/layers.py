#!/usr/bin/env python3
"""Holds the rules of the folders: reads the #include lines of every source and the names of files.

domain   <- absl, ICU, messages of events and views, the pure part of the standard library
storage  <- domain, RocksDB, OpenSSL, POSIX
services <- all of them, gRPC; only tools/rosterctl and the tests depend on services

1. A folder includes only folders that ORDER lists before it.
2. services/<area> mirrors proto/roster/<area> and takes of another area only identity/messages.h.
3. services/method and services/call name no area; services/transport, probe and telemetry know no domain type but refusals.
4. Only domain/rows builds the key of a row.
5. A test has the path and name of the file that it tests, or stands in a folder of SERVER_TESTS.
6. A folder holds at most MOST_FILES files; MORE_FILES has the exceptions.

  layers.py              checks this tree
  layers.py --self-test  proves that each rule can turn red
"""

import collections
import fnmatch
import posixpath
import re
import sys

import tree

TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
    "SECURITY.md", "buf.yaml", "LICENSE",
    "cmake", "docs", "proto", "services", "domain", "storage", "deploy", "tests", "tools",
}

# The .grpc.pb.h headers are slow to compile: only the services that are not ours see one, and clients.
STUB_USERS = ["services/transport/*_service.cc"]

MESSAGES = [r"roster/(event|view)/.*(?<!\.grpc)\.pb\.h", r"google/protobuf/.*"]
STANDARD = r"[a-z][a-z0-9_]*"  # <vector>: no folder, no ending
POSIX = r"(sys/[a-z]+|dirent|endian|errno|fcntl|limits|poll|signal|time|unistd)\.h"

ALLOWED = {
    "domain": [r"domain/.*", *MESSAGES, r"absl/.*", r"unicode/.*", STANDARD],
    "storage": [r"storage/.*", r"domain/.*", *MESSAGES, r"absl/.*", r"rocksdb/.*", r"openssl/.*", r"zlib\.h", STANDARD, POSIX],
}

# No input or output, clock, randomness or threads in the domain, by whatever library.
IMPURE = (
    r"thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|chrono|random|ctime"
    r"|filesystem|fstream|iostream|cstdio|csignal|absl/time/clock\.h|absl/synchronization/.*|absl/random/.*"
)

# Rule 1, within each of the three layers. A `*` stands for every folder that has no line of its own: in the domain
# an aggregate and its list, in the services an area. Two folders of one line do not include each other.
ORDER = {
    "domain": ["domain/base", "domain/world", "domain/text", "domain/rows", "domain/request", "domain/role",
               "domain/access", "domain/list", "domain/user/list", "domain/user", "domain/*/list", "domain/*",
               "domain", "domain/batch", "domain/import"],
    "storage": ["storage/base", "storage/crypto", "storage/log", "storage/vault", "storage/views", "storage/pipeline",
                "storage/store", "storage/backup"],
    "services": ["services/load", "services/connection", "services/transport", "services/probe", "services/telemetry",
                 "services/method", "services/call", "services/*", "services"],
}

# Rule 2: what one area may take of another.
SHARED_BY_AREAS = {"services/identity/messages.h"}

# Rule 3: protos that are no area, and the exceptions with their reason.
NO_AREA = {"authorization", "event", "limit", "view"}
CALL_MAY_NAME = {
    "roster/identity/v1/as_of.pb.h": "the conventions of every method, and no type of an area",
}
REFUSALS = {"domain/base/refusal.h", "domain/base/try.h"}

# Rule 4: who else calls RowKey, with the reason.
KEY = re.compile(r"\bRowKey\(")
KEY_BUILDERS = {
    "domain/world/past.cc": "its RowKey cuts the key out of a key of the past",
    "domain/user/list/index.cc": "the index of the list of users is built and read here alone",
    "domain/user/list/search.cc": "the list of words of a user is built and read here alone",
}

# Rule 5: tests below these folders test one file each, unless they go through the server or the whole of storage.
MIRRORS = ("tests/domain/", "tests/storage/", "tests/services/")
SERVER_TESTS = ("tests/api/every_method/", "tests/api/presets/", "tests/api/server/", "tests/contract/", "tests/golden/",
                "tests/crash/", "tests/faults/", "tests/e2e/", "tests/support/", "tests/data/", "tests/storage/kill/",
                "tests/storage/disk/")
MISPLACED = {}  # path: why it stands there

# Rule 6. Folders of DATA_FOLDERS hold one file a case. The keys of rows stand in one folder, a pair of files a kind.
MOST_FILES = 20
MORE_FILES = {"domain/rows": 60}
COUNTED = ("cmake/", "deploy/", "domain/", "proto/", "services/", "storage/", "tests/", "tools/")
DATA_FOLDERS = {"corpus", "data", "golden"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def matches(name, patterns):
    return any(re.fullmatch(pattern, name) for pattern in patterns)


def place(folder):
    """The layer of a folder and its line in ORDER; the line is None where no line fits."""
    layer = folder.split("/")[0]
    lines = ORDER[layer]
    if folder in lines:
        return layer, lines.index(folder)
    wild = re.sub("/[^/]+", "/*", folder, count=1)
    return layer, lines.index(wild) if wild in lines else None


def area_of(path):
    """The area whose folder below services/ this is in, or None."""
    folder = posixpath.dirname(path)
    parts = folder.split("/")
    return parts[1] if len(parts) == 2 and parts[0] == "services" and folder not in ORDER["services"] else None


def runs_up(path, included):
    """Rule 1: why this include is not allowed, or None."""
    ours, theirs = posixpath.dirname(path), posixpath.dirname(included)
    if ours == theirs or ours.split("/")[0] not in ORDER or theirs.split("/")[0] != ours.split("/")[0]:
        return None
    (_, mine), (_, other) = place(ours), place(theirs)
    if mine is None or other is None:
        return f"{ours if mine is None else theirs} has no line in ORDER of tools/checks/layers.py"
    if area_of(path) and area_of(included):
        return None if included in SHARED_BY_AREAS else "is of another area: only identity/messages.h is shared"
    return None if other < mine else f"comes after {ours}: see ORDER in tools/checks/layers.py"


def names_too_much(path, included):
    """Rule 3: why this include is not allowed, or None."""
    if path.startswith(("services/method/", "services/call/")):
        area = re.match(r"roster/([a-z_]+)/", included)
        if area and area[1] not in NO_AREA and included not in CALL_MAY_NAME:
            return "names an area, and is for all of them"
    if path.startswith(("services/transport/", "services/probe/", "services/telemetry/")):
        if included.startswith("roster/") or (included.startswith("domain/") and included not in REFUSALS):
            return "is a type of the domain, of which only refusals are known here"
    return None


def complaint(path, included):
    """Why this file may not include that, or None."""
    layer = path.split("/")[0]
    if layer == "domain" and re.fullmatch(IMPURE, included):
        return "is not pure"
    if layer in ALLOWED and not matches(included, ALLOWED[layer]):
        return f"does not belong in {layer}/"
    if included.startswith("services/") and not path.startswith(("services/", "tools/rosterctl", "tests/")):
        return "is a service, and nothing depends on services"
    if layer == "services" and included.startswith(("tests/", "tools/")):
        return "is no part of the server"
    if included.endswith(".grpc.pb.h") and layer not in ("tests", "tools"):
        if not any(fnmatch.fnmatch(path, pattern) for pattern in STUB_USERS):
            return "is for services/transport and clients: services of ours are made from their descriptors"
    return runs_up(path, included) or names_too_much(path, included)


def key_complaints(path, text):
    """Rule 4."""
    if not path.startswith(("domain/", "storage/", "services/")) or path.startswith("domain/rows/"):
        return []
    if path in KEY_BUILDERS:
        return []
    return [f"{path}:{number}: builds a key with RowKey: only domain/rows does"
            for number, line in enumerate(text.split("\n"), 1) if KEY.search(line.split("//")[0])]


def tested(path, paths):
    """Whether a file exists that this test is named after; the name may be followed by `_aspect`."""
    folder, name = posixpath.split(path.removeprefix("tests/").removesuffix("_test.cc"))
    words = name.split("_")
    return any(f"{folder}/{'_'.join(words[:count])}{ending}" in paths
               for count in range(1, len(words) + 1) for ending in (".cc", ".h"))


def test_complaint(path, paths):
    """Rule 5: why this test may not stand here, or None."""
    if not path.startswith("tests/") or not path.endswith("_test.cc"):
        return None
    if path in MISPLACED or path.startswith(SERVER_TESTS):
        return None
    if path.startswith(MIRRORS):
        return None if tested(path, paths) else "has not the path and name of a file that it tests"
    area = re.match(r"tests/api/([a-z_]+)/", path)
    if area and any(other.startswith(f"proto/roster/{area[1]}/") for other in paths):
        return None
    return "stands in no folder of tests: see MIRRORS and SERVER_TESTS in tools/checks/layers.py"


def folder_complaints(paths):
    """Rules 2 and 6, and rule 1 for folders that nobody includes yet."""
    counts = collections.Counter(posixpath.dirname(path) for path in paths)
    complaints = []
    for folder, count in sorted(counts.items()):
        is_data = DATA_FOLDERS.intersection(folder.split("/"))
        most = MORE_FILES.get(folder, MOST_FILES)
        if f"{folder}/".startswith(COUNTED) and not is_data and count > most:
            complaints.append(f"{folder}: {count} files, at most {most} fit in a folder")
        area = area_of(f"{folder}/x")
        if area and not any(path.startswith(f"proto/roster/{area}/") for path in paths):
            complaints.append(f"{folder}: there is no proto/roster/{area}")
    return complaints


def check(root):
    paths = set(tree.files(root))
    complaints = folder_complaints(paths)
    for path in sorted(paths):
        top = path.split("/")[0]
        if top not in TOP_LEVEL and not top.startswith("."):
            complaints.append(f"{path}: {top} has no place at top level")
        if why := test_complaint(path, paths):
            complaints.append(f"{path}: {why}")
        if not path.endswith((".cc", ".h")):
            continue
        text = (root / path).read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            why = complaint(path, match[1])
            if why:
                complaints.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[1]} {why}")
        if path.split("/")[0] in ORDER and place(posixpath.dirname(path))[1] is None:
            complaints.append(f"{path}: its folder has no line in ORDER of tools/checks/layers.py")
        complaints += key_complaints(path, text)
    return complaints + dead_exceptions(root, paths)


def dead_exceptions(root, paths):
    """Exceptions that nothing needs any more. Only of this tree: a planted one holds few files."""
    if root != tree.ROOT:
        return []
    builders = [path for path in KEY_BUILDERS
                if path not in paths or not KEY.search((root / path).read_text(encoding="utf-8"))]
    return [f"tools/checks/layers.py: the exception {path} is not needed any more"
            for path in builders + [path for path in MISPLACED if path not in paths or tested(path, paths)]]


GOOD = {
    "README.md": "",
    ".ci/run": "",
    "domain/user/decide.cc": '#include "domain/user/decide.h"\n#include <vector>\n#include "absl/time/time.h"\n'
                             '#include "roster/event/v1/user.pb.h"\n#include "unicode/uchar.h"\n'
                             '// #include <mutex>\n#include "google/protobuf/message.h"\n',
    "storage/log/log.cc": '#include <mutex>\n#include <unistd.h>\n#include <sys/stat.h>\n#include "rocksdb/db.h"\n'
                      '#include "openssl/sha.h"\n#include "domain/fold.h"\n#include "roster/view/v1/row.pb.h"\n',
    "services/transport/health_service.cc": '#include "grpc/health/v1/health.grpc.pb.h"\n',
    "services/identity/user_handlers.cc": '#include "roster/identity/v1/user.pb.h"\n#include "storage/log.h"\n',
    "proto/roster/identity/v1/user.proto": "",
    "services/import.cc": '#include <csv.h>\n#include "roster/identity/v1/user.pb.h"\n',
    "tools/rosterctl/main.cc": '#include "services/tls.h"\n#include "roster/identity/v1/user_service.grpc.pb.h"\n',
    "tests/e2e/tour_test.cc": '#include "services/server.h"\n',
    # 1
    "domain/user/list/list.cc": '#include "domain/rows/codec.h"\n#include "domain/user/list/list.h"\n',
    "domain/user/user.cc": '#include "domain/user/list/index.h"\n',
    "domain/planted/planted.cc": '#include "domain/user/user.h"\n#include "domain/access/authority.h"\n',
    "domain/planted/fold.cc": '#include "domain/planted/list/index.h"\n// not RowKey(\n',
    "domain/planted/list/index.cc": '#include "domain/list/page.h"\n#include "domain/user/user.h"\n',
    "domain/fold.cc": '#include "domain/planted/planted.h"\n',
    "domain/import/import.cc": '#include "domain/fold.h"\n',
    "storage/store/store.cc": '#include "storage/pipeline/pipeline.h"\n#include "storage/base/file.h"\n',
    "services/server.cc": '#include "services/audit/audit_service.h"\n#include "services/call/engine.h"\n',
    # 2
    "proto/roster/audit/v1/event.proto": "",
    "services/audit/audit_handlers.cc": '#include "services/identity/messages.h"\n#include "services/call/page.h"\n',
    # 3
    "services/method/method.cc": '#include "roster/authorization/v1/rule.pb.h"\n#include "domain/world/world.h"\n'
                               '#include "roster/identity/v1/as_of.pb.h"\n#include "services/telemetry/log.h"\n',
    "services/transport/status.cc": '#include "domain/base/refusal.h"\n#include "services/load/capacity.h"\n',
    # 4
    "domain/rows/planted_rows.cc": 'std::string PlantedKey() { return RowKey(account_id, "p/"); }\n',
    # 5
    "storage/pipeline/pipeline.cc": "",
    "tests/storage/pipeline/pipeline_test.cc": "",
    "tests/storage/pipeline/pipeline_fault_test.cc": "",
    "tests/api/every_method/matrix_test.cc": "",
    "tests/api/audit/list_events_test.cc": "",
    "tests/storage/kill/engine_kill_test.cc": "",
    # 6
    **{f"domain/user/{number}.h": "" for number in range(18)},  # user.cc, decide.cc
    **{f"domain/rows/{number}_rows.h": "" for number in range(30)},
    **{f"tests/domain/corpus/{number}": "" for number in range(30)},
    **{f"docs/decisions/{number}.md": "" for number in range(30)},
}
BAD = [
    *(("domain/a.cc", f"#include <{name}>\n") for name in
      ("thread", "mutex", "chrono", "random", "ctime", "filesystem", "fstream", "iostream", "unistd.h", "time.h")),
    *(("domain/a.h", f'#include "{name}"\n') for name in
      ("grpcpp/grpcpp.h", "rocksdb/db.h", "openssl/sha.h", "prometheus/counter.h", "storage/log.h", "services/x.h",
       "absl/time/clock.h", "absl/synchronization/mutex.h", "roster/identity/v1/user.pb.h")),
    *(("storage/log/a.cc", f'#  include "{name}"\n') for name in
      ("grpcpp/grpcpp.h", "services/x.h", "roster/access/v1/check.pb.h", "roster/event/v1/x.grpc.pb.h", "csv.h")),
    ("tools/run_it.cc", '#include "services/x.h"\n'),
    *((path, '#include "roster/identity/v1/user_service.grpc.pb.h"\n') for path in
      ("services/server.h", "services/identity/user_service.cc", "services/transport/status.cc")),
    ("services/server.cc", '#include "tests/fake.h"\n'),
    ("src/main.cc", ""),
    ("NOTES.md", ""),
    # 1
    *((path, f'#include "{name}"\n') for path, name in (
        ("domain/base/a.h", "domain/world/world.h"), ("domain/rows/a.cc", "domain/user/user.h"),
        ("domain/user/list/a.cc", "domain/user/user.h"), ("domain/user/a.cc", "domain/planted/planted.h"),
        ("domain/planted/a.cc", "domain/group/group.h"), ("domain/planted/a.cc", "domain/fold.h"),
        ("domain/fold.cc", "domain/import/import.h"), ("storage/log/a.cc", "storage/vault/vault.h"),
        ("storage/views/a.cc", "storage/store/store.h"), ("services/load/a.cc", "services/transport/status.h"),
        ("services/transport/a.cc", "services/telemetry/log.h"), ("services/transport/a.cc", "services/probe/probe_server.h"),
        ("services/call/a.cc", "services/server.h"),
        ("services/method/a.cc", "services/call/engine.h"))),
    ("domain/user/a.cc", '#include "domain/planted/list/a.h"\n'),
    ("storage/cache/a.cc", ""),
    ("storage/a.cc", ""),
    ("domain/planted/rows/a.cc", ""),
    ("domain/planted/list/a.cc", '#include "domain/planted/planted.h"\n'),
    # 2
    (["services/audit/a.cc", "proto/roster/audit/v1/a.proto"], '#include "services/identity/user_handlers.h"\n'),
    (["services/identity/a.cc", "proto/roster/identity/v1/a.proto"], '#include "services/audit/messages.h"\n'),
    ("services/plugins/a.cc", ""),
    # 3
    *((f"services/{room}/a.cc", f'#include "{name}"\n') for room in ("method", "call") for name in
      ("services/identity/messages.h", "roster/identity/v1/user.pb.h", "roster/audit/v1/event.pb.h")),
    *((f"services/{folder}/a.cc", f'#include "{name}"\n') for folder in ("transport", "probe", "telemetry") for name in
      ("domain/world/world.h", "domain/base/command.h", "roster/identity/v1/user.pb.h")),
    # 4
    *((path, 'return RowKey(account_id, "s/");\n') for path in
      ("domain/planted/a.cc", "storage/store/a.cc", "services/call/a.cc")),
    # 5
    *((path, "") for path in
      ("tests/domain/user/nothing_test.cc", "tests/storage/a_test.cc", "tests/services/call/a_test.cc",
       "tests/unit/a_test.cc", "tests/api/a_test.cc", "tests/api/plugins/a_test.cc")),
    (["tests/domain/user/user_test.cc", "domain/planted/user.cc"], ""),
    # 6
    *(([f"{folder}/{number}.h" for number in range(21)], "") for folder in ("domain/user", "tests/crash", "tools/checks")),
    ([f"domain/rows/{number}.h" for number in range(61)], ""),
]


def main():
    if sys.argv[1:] == ["--self-test"]:
        return tree.self_test(check, GOOD, BAD)
    complaints = check(tree.ROOT)
    for line in complaints:
        print(line)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
