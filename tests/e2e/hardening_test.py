#!/usr/bin/env python3
"""A release has what hardens it: position independence, read-only relocations, no executable stack, protected stacks
and FORTIFY.

  hardening_test.py PROGRAM...
"""

import re
import subprocess
import sys
import unittest

PROGRAMS = sys.argv[1:]


def readelf(program, *flags):
    return subprocess.run(["readelf", "-W", *flags, program], check=True, stdout=subprocess.PIPE, text=True).stdout


def symbols(program):
    return set(re.findall(r" UND (\w+)@", readelf(program, "--dyn-syms")))


class HardeningTest(unittest.TestCase):
    def test_every_program(self):
        self.assertTrue(PROGRAMS)
        for program in PROGRAMS:
            with self.subTest(program):
                self.assertRegex(readelf(program, "-h"), r"Type:\s+DYN \(Position-Independent Executable")
                segments = readelf(program, "-l")
                self.assertRegex(segments, r"GNU_RELRO")
                self.assertRegex(segments, r"GNU_STACK +(\S+ +){5}RW ")
                self.assertTrue(re.search(r"\(FLAGS\).*BIND_NOW", readelf(program, "-d")), "no BIND_NOW")
                self.assertIn("__stack_chk_fail", symbols(program))

    def test_fortified(self):
        # Not every program calls a function that FORTIFY knows.
        every = set().union(*map(symbols, PROGRAMS))
        self.assertTrue([name for name in every if re.fullmatch(r"__\w+_chk", name)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
