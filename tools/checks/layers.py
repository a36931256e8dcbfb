#!/usr/bin/env python3
"""Holds the dependency rule: reads the #include lines of every source and the names at top level.

domain   <- absl, ICU, messages of events and views, the pure part of the standard library
storage  <- domain, RocksDB, OpenSSL, POSIX
services <- all of them, gRPC; only tools/rosterctl and the tests depend on services

  layers.py              checks this tree
  layers.py --self-test  proves that each rule can turn red
"""

import fnmatch
import re
import sys

import tree

TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "ARCHITECTURE.md", "buf.yaml", "LICENSE",
    "cmake", "docs", "proto", "services", "domain", "storage", "deploy", "tests", "tools",
}

# The .grpc.pb.h headers are slow to compile: only the thin classes of the services see one, and these.
STUB_USERS = ["services/*/*_service.h", "services/*/*_service.cc"]

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

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def matches(name, patterns):
    return any(re.fullmatch(pattern, name) for pattern in patterns)


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
            return "is for the service classes only (*_service.h, *_service.cc)"
    return None


def check(root):
    complaints = []
    for path in tree.files(root):
        top = path.split("/")[0]
        if top not in TOP_LEVEL and not top.startswith("."):
            complaints.append(f"{path}: {top} has no place at top level")
        if not path.endswith((".cc", ".h")):
            continue
        text = (root / path).read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            why = complaint(path, match[1])
            if why:
                complaints.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[1]} {why}")
    return complaints


GOOD = {
    "README.md": "",
    ".ci/run": "",
    "domain/user/decide.cc": '#include "domain/user/decide.h"\n#include <vector>\n#include "absl/time/time.h"\n'
                             '#include "roster/event/v1/user.pb.h"\n#include "unicode/uchar.h"\n'
                             '// #include <mutex>\n#include "google/protobuf/message.h"\n',
    "storage/log.cc": '#include <mutex>\n#include <unistd.h>\n#include <sys/stat.h>\n#include "rocksdb/db.h"\n'
                      '#include "openssl/sha.h"\n#include "domain/fold.h"\n#include "roster/view/v1/row.pb.h"\n',
    "services/identity/user_service.cc": '#include "roster/identity/v1/user_service.grpc.pb.h"\n#include "storage/log.h"\n',
    "services/import.cc": '#include <csv.h>\n#include "roster/identity/v1/user.pb.h"\n',
    "tools/rosterctl/main.cc": '#include "services/tls.h"\n#include "roster/identity/v1/user_service.grpc.pb.h"\n',
    "tests/e2e/tour_test.cc": '#include "services/server.h"\n',
}
BAD = [
    *(("domain/a.cc", f"#include <{name}>\n") for name in
      ("thread", "mutex", "chrono", "random", "ctime", "filesystem", "fstream", "iostream", "unistd.h", "time.h")),
    *(("domain/a.h", f'#include "{name}"\n') for name in
      ("grpcpp/grpcpp.h", "rocksdb/db.h", "openssl/sha.h", "prometheus/counter.h", "storage/log.h", "services/x.h",
       "absl/time/clock.h", "absl/synchronization/mutex.h", "roster/identity/v1/user.pb.h")),
    *(("storage/a.cc", f'#  include "{name}"\n') for name in
      ("grpcpp/grpcpp.h", "services/x.h", "roster/access/v1/check.pb.h", "roster/event/v1/x.grpc.pb.h", "csv.h")),
    ("tools/run_it.cc", '#include "services/x.h"\n'),
    ("services/server.h", '#include "roster/identity/v1/user_service.grpc.pb.h"\n'),
    ("services/server.cc", '#include "tests/fake.h"\n'),
    ("src/main.cc", ""),
    ("NOTES.md", ""),
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
