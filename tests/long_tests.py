#!/usr/bin/env python3
"""Each test that sanitizers leave out exists: a test that was renamed would else run there again.

  long_tests.py PATTERN:PATTERN... PROGRAM...
"""

import subprocess
import sys


def main():
    patterns, programs = sys.argv[1].split(":"), sys.argv[2:]
    dead = []
    for pattern in patterns:
        listed = "".join(
            subprocess.run([program, "unused", f"--gtest_filter={pattern}", "--gtest_list_tests"], check=True,
                           stdout=subprocess.PIPE, text=True).stdout for program in programs)
        if not any(line.startswith("  ") for line in listed.splitlines()):
            dead.append(pattern)
    print("\n".join(f"{pattern} in ROSTER_LONG_TESTS matches no test" for pattern in dead))
    return 1 if dead or not patterns else 0


if __name__ == "__main__":
    sys.exit(main())
