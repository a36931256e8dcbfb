#!/usr/bin/env python3
"""The manual pages name every flag, subcommand and variable of --help, and no other.

  manual_test.py ROSTERD ROSTERCTL
"""

import pathlib
import re
import subprocess
import sys
import unittest

ROSTERD, ROSTERCTL = sys.argv[1:3]
MANUAL = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "man"


def help_of(*words):
    return subprocess.run([*words, "--help"], check=True, stdout=subprocess.PIPE, text=True).stdout


def commands(text):
    """The subcommands that a help lists."""
    return set(re.findall(r"^  ([a-z-]+) ", text.split("Subcommands:")[1], re.MULTILINE))


def flags(text):
    """The flags that a help lists: each begins a line, perhaps after its short form."""
    return set(re.findall(r"^  (?:-\w,)?--([a-z-]+)", text, re.MULTILINE))


def items(page, macro):
    """What a page lists with this mdoc macro at the start of an item."""
    return set(re.findall(rf"^\.It (?:.*, )?{macro} -?([a-z-]+)", page, re.MULTILINE))


class ManualTest(unittest.TestCase):
    def test_server(self):
        text, page = help_of(ROSTERD), (MANUAL / "rosterd.8").read_text(encoding="utf-8")
        text += "".join(help_of(ROSTERD, command) for command in sorted(commands(text)))
        self.assertGreater(len(flags(text)), 10)
        self.assertEqual(flags(text), items(page, "Fl"))
        self.assertEqual(commands(help_of(ROSTERD)), items(page, "Cm"))
        variables = set(re.findall(r"Env:(\w+)", text))
        self.assertEqual(variables, set(re.findall(r"^\.It .*Ev (\w+)$", page, re.MULTILINE)))
        self.assertEqual(len(variables), len(flags(text)) - len(["help", "version"]))

    def test_client(self):
        text, page = help_of(ROSTERCTL), (MANUAL / "rosterctl.1").read_text(encoding="utf-8")
        self.assertEqual(commands(text), items(page, "Cm"))
        every = flags(text).union(*(flags(help_of(ROSTERCTL, command)) for command in commands(text)))
        self.assertGreater(len(every), 5)
        self.assertEqual(every, items(page, "Fl"))

    def test_formats_without_complaint(self):
        for page in MANUAL.iterdir():
            done = subprocess.run(["groff", "-mdoc", "-Tutf8", "-ww", "-z", "-Kutf8", page], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, ""), page.name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
