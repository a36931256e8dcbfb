#!/usr/bin/env python3
"""Holds the rules of prose: pages, decision records and comments.

1. A relative link in Markdown leads to a file, and its anchor to a heading. A path in backticks exists.
2. Decision records are numbered once each, without gaps, have at most RECORD_LINES lines and stand in their index.
3. Prose in Markdown wraps at WIDTH columns; tables, code blocks and targets of links may be wider.
4. ARCHITECTURE.md has fewer than ARCHITECTURE_WORDS words.
5. Numbers of requirements stand in tests and in docs/requirements.md only.
6. Prose and comments name their subject: no word of RIDDLES.

  docs.py              checks this tree
  docs.py --self-test  proves that each rule can turn red
"""

import functools
import io
import posixpath
import re
import sys
import tokenize

import tree

WIDTH = 100
RECORD_LINES = 40
ARCHITECTURE_WORDS = 1700
RECORDS_ARE_GAPLESS = True

MAY_NUMBER = ("tests/", "docs/requirements.md")
NUMBER = re.compile(r"\b(?:R[0-9]{1,3}|[EG][0-9]{1,2})\b")
RIDDLES = re.compile(r"\b(?:he|him|his|himself|whoever|whom)\b", re.IGNORECASE)
DEFINES_THE_RULES = "tools/checks/docs.py"

# Pages that tell what was: their paths need not exist any more.
HISTORY = ("docs/decisions/", "CHANGELOG.md")
PATH = re.compile(r"(?:cmake|deploy|docs|domain|proto|services|storage|tests|tools)/[\w./-]*\w/?")

FENCE = re.compile(r"^( *)(```|~~~).*?^\1\2[ \t]*$", re.DOTALL | re.MULTILINE)
CODE_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)<>\s]+)>?[^)]*\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
RECORD = re.compile(r"docs/decisions/([0-9]{4})-[a-z0-9-]+\.md")
RECORDS = "docs/decisions/README.md"

STRING_OR_COMMENT = re.compile(
    r"""(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)
      | \b(?:u8|u|U|L)?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'
    """, re.DOTALL | re.VERBOSE)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def blank(pattern, text):
    """The text with spaces instead of what matches; every line keeps its number."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def anchors(text):
    """The anchors of a page, as GitHub makes them of its headings."""
    found = set()
    for match in HEADING.finditer(blank(FENCE, text)):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match[1])
        base = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        anchor, again = base, 0
        while anchor in found:
            again += 1
            anchor = f"{base}-{again}"
        found.add(anchor)
    return found


def link_complaints(root, paths, path, text):
    """Rule 1."""
    prose = blank(FENCE, text)
    folder = posixpath.dirname(path)
    for match in LINK.finditer(blank(CODE_SPAN, prose)):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        page = posixpath.normpath(posixpath.join(folder, name)) if name else path
        if not exists(paths, page):
            yield line_of(text, match.start()), f"{target} leads nowhere"
        elif anchor and page.endswith(".md") and anchor not in anchors((root / page).read_text(encoding="utf-8")):
            yield line_of(text, match.start()), f"{page} has no heading #{anchor}"
    if not path.startswith(HISTORY):
        for match in CODE_SPAN.finditer(prose):
            if PATH.fullmatch(match[2]) and not exists(paths, match[2].rstrip("/")):
                yield line_of(text, match.start()), f"there is no {match[2]}"


def exists(paths, name):
    return name in paths or name in folders(paths)


@functools.lru_cache(maxsize=2)
def folders(paths):
    found = {"."}
    for path in paths:
        while path := posixpath.dirname(path):
            found.add(path)
    return found


def width_complaints(text):
    """Rule 3."""
    for number, line in enumerate(blank(FENCE, text).split("\n"), 1):
        shown = re.sub(r"\]\([^)]*\)|<?https?://\S+", "]", line).rstrip()
        if len(shown) > WIDTH and not line.lstrip().startswith("|"):
            yield number, f"{len(shown)} columns, prose wraps at {WIDTH}"


def python_comments(text):
    """Comments, and strings that stand alone or over several lines."""
    statement_begins = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        prose = token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and statement_begins and token.string.endswith('"""'))
        if prose:
            yield token.start[0], token.string
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            statement_begins = token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)


def prose_of(path, text):
    """Yields (first line, text) of all prose in a file: a whole page, or the comments."""
    if path.endswith(".md"):
        yield 1, blank(CODE_SPAN, blank(FENCE, text))
    elif path.endswith((".cc", ".h", ".proto")):
        for match in STRING_OR_COMMENT.finditer(text):
            if match["comment"]:
                yield line_of(text, match.start()), match[0]
    elif path.endswith(".py") or text.startswith("#!/usr/bin/env python3"):
        yield from python_comments(text)
    elif path.endswith((".cmake", "CMakeLists.txt")) or text.startswith("#!"):
        for match in re.finditer(r"(?:^|[ \t])#.*", text, re.MULTILINE):
            yield line_of(text, match.start() + 1), match[0]


def word_complaints(path, text):
    """Rules 5 and 6."""
    if path == DEFINES_THE_RULES:
        return
    for first, prose in prose_of(path, text):
        if not path.startswith(MAY_NUMBER):
            for match in NUMBER.finditer(prose):
                yield first + line_of(prose, match.start()) - 1, f"say the rule in words instead of {match[0]}"
        for match in RIDDLES.finditer(prose):
            yield first + line_of(prose, match.start()) - 1, f'name the subject instead of "{match[0]}"'


def record_complaints(root, paths):
    """Rule 2."""
    records = sorted(path for path in paths if path.startswith("docs/decisions/") and path != RECORDS)
    index = (root / RECORDS).read_text(encoding="utf-8") if RECORDS in paths else ""
    last = 0
    for path in records:
        named = RECORD.fullmatch(path)
        if not named:
            yield f"{path}:1: a record is named NNNN-title.md"
            continue
        number = int(named[1])
        if number == last:
            yield f"{path}:1: another record has this number"
        elif RECORDS_ARE_GAPLESS and number != last + 1:
            yield f"{path}:1: the record before has the number {last:04}"
        last = number
        text = (root / path).read_text(encoding="utf-8")
        if text.count("\n") > RECORD_LINES:
            yield f"{path}:{RECORD_LINES + 1}: a record has at most {RECORD_LINES} lines"
        if not text.startswith(f"# {named[1]} "):
            yield f"{path}:1: the title does not begin with the number"
        if f"[{named[1]}]({posixpath.basename(path)})" not in index:
            yield f"{path}:1: does not stand in {RECORDS}"


def complaints_of(root, paths, path, text):
    """Yields (line, complaint) of one file."""
    if path.endswith(".md"):
        yield from link_complaints(root, paths, path, text)
        yield from width_complaints(text)
    words = len(text.split())
    if path == "ARCHITECTURE.md" and words >= ARCHITECTURE_WORDS:
        yield 1, f"{words} words, fewer than {ARCHITECTURE_WORDS} fit"
    yield from word_complaints(path, text)


def check(root):
    paths = frozenset(tree.files(root))
    complaints = list(record_complaints(root, paths))
    for path in sorted(paths):
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        complaints += [f"{path}:{line}: {what}" for line, what in sorted(complaints_of(root, paths, path, text))]
    return complaints


LONG = "word " * 30 + "\n"
RECORD_GOOD = "# 0001 Why\n[what](../../README.md#a-name-of-this)\n"
GOOD = {
    "README.md": f"# Top\n## A `name` of this\n[here](#top) and [there](docs/a.md#b-1), [the\nfolder](docs)\n"
                 f"```\n{LONG}he R1 [x](nowhere)\n```\n| {LONG}[a](docs/a.md) <https://example.com/{'a' * 90}>\n"
                 f"[{'a' * 60}](docs/{'../docs/' * 9}a.md)\n`[x](nowhere)`, `docs/<name>/`, `docs/a.md`, `docs/`, `his`\n",
    "docs/a.md": "# B\n# B\nthe other\n",
    "docs/requirements.md": "- **R12** and E3, G7\n",
    "docs/decisions/README.md": "[0001](0001-why.md)\n",
    "docs/decisions/0001-why.md": RECORD_GOOD + "`docs/gone.md`\n",
    "tests/a.cc": 'int R12;  // R12\nconst char* k = "he // him";\n',
    "storage/a.cc": 'int he = R12(1);  // the RFC, RE12, x86, hers\nauto k = R"(// he)";\n',
    "tools/a.py": '"""What it does."""\nhe = "R12" # this\nhim = {"his": """\nhe\n"""}\n',
    "ARCHITECTURE.md": "word\n" * 1699,
}
BAD = [
    # 1
    ("README.md", "[a](b.md)\n"), ("README.md", "# B\n[a](#c)\n"), ("docs/a.md", "[a\nb](docs/a.md)\n"),
    ("README.md", "[a]: b.md\n"), (["README.md", "docs/a.md"], "# A b\n[a](docs/a.md#ab)\n"),
    ("README.md", "as `docs/b.md` says\n"), ("README.md", "as `docs/b/` says\n"),
    # 2
    ("docs/decisions/0001-why.md", "# 0001 Why\n"),
    ("docs/decisions/why.md", "# Why\n"),
    *((path, "# 0001 Why\n[0001](0001-a.md) [0001](0001-b.md) [0002](0002-a.md)\n") for path in (
        ["docs/decisions/README.md", "docs/decisions/0001-a.md", "docs/decisions/0001-b.md"],
        ["docs/decisions/README.md", "docs/decisions/0002-a.md"])),
    (["docs/decisions/0001-a.md", "docs/decisions/README.md"], "# 0001 Why\n[0001](0001-a.md)\n" + "\n" * 39),
    # 3
    ("README.md", LONG), ("docs/a.md", f"- [a](a.md) {LONG}"),
    # 4
    ("ARCHITECTURE.md", "word\n" * 1700),
    # 5
    *((path, text) for path in ("storage/a.h", "tools/a.cc") for text in ("// so (R12)\n", "/* so\n E3 */\n", "int a;  // G1\n")),
    ("README.md", "By R12.\n"), ("tools/a.py", "# by R12\n"), ("tools/a", "#!/usr/bin/env bash\n# by R12\n"),
    ("tools/b", '#!/usr/bin/env python3\n"""By\nR12."""\n'), ("cmake/a.cmake", "a(b) # R12\n"),
    # 6
    *(("tests/a.cc", f"int a;  // as {word} says\n") for word in ("he", "him", "His", "himself", "Whoever", "whom")),
    ("docs/a.md", "A user and his\nname.\n"), ("tests/a.py", 'def f():\n    """He."""\n'),
    ("tests/a.proto", "message A {  // his\n}\n"),
]


def main():
    if sys.argv[1:] == ["--self-test"]:
        global RECORDS_ARE_GAPLESS
        RECORDS_ARE_GAPLESS = True
        return tree.self_test(check, GOOD, BAD)
    complaints = check(tree.ROOT)
    for line in complaints:
        print(line)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
