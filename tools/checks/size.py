#!/usr/bin/env python3
"""Counts lines: files (warns over 300, fails over 500) and functions (warns over 40, fails over 60).

A function is found by its braces: outside of functions a `{` opens a namespace or a type, an
initializer (a table may be long), or a function. Comments, strings and preprocessor lines are blanked first.
Tests may hold tables of up to 500 lines a file without a warning.

  size.py              checks this tree
  size.py --self-test  proves that each limit can turn red
"""

import re
import sys

import tree

FILE_WARN, FILE_FAIL = 300, 500
FUNCTION_WARN, FUNCTION_FAIL = 40, 60

NOT_CODE = re.compile(
    r"""//(?:\\\n|[^\n])*                                    # comment, also a continued one
      | /\*.*?\*/
      | \b(?:u8|u|U|L)?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"  # raw string
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'                  # a character, not the ' of 10'000
      | ^[ \t]*\#(?:\\\n|[^\n])*                             # preprocessor line, also a continued one
    """, re.DOTALL | re.MULTILINE | re.VERBOSE)


def blanked(text):
    """The text without what is not code; every line keeps its number."""
    def blank(match):
        is_string = match[0][0] not in "/# \t"
        return ('""' if is_string else " ") + "\n" * match[0].count("\n")
    return NOT_CODE.sub(blank, text)


def without(text, opening, closing):
    """The text without what stands between these brackets."""
    kept, depth = [], 0
    for c in text:
        if c == closing and depth:
            depth -= 1
        if not depth:
            kept.append(c)
        if c == opening:
            depth += 1
    return "".join(kept)


def plain(head):
    """The words in front of a brace, without access labels, template parameters and operator signs."""
    head = re.sub(r"^\s*((public|private|protected)\s*:(?!:)\s*)+", "", head)
    head = re.sub(r"\boperator\s*(\(\s*\)|[^\s\w(]+)", "operator", head)
    template = re.match(r"\s*template\s*(?=<)", head)
    return without(head[template.end():], "<", ">").replace("<>", "", 1) if template else head


def kind(head):
    """What a `{` opens that comes after these plain words: container, function or initializer."""
    flat = without(head, "(", ")")
    if re.match(r'\s*(inline\s+)?namespace\b|\s*extern\s+""\s*$', head):
        return "container"
    if re.match(r"\s*(class|struct|union|enum)\b", head) and not re.search(r"=|\)\s*(const)?\s*$", flat):
        return "container"
    if head.count("(") > head.count(")"):
        return "initializer"  # an argument of a call
    if re.search(r"=\s*\[[^]]*\]", flat):
        return "function"  # a named lambda
    if "()" not in flat or "=" in flat:
        return "initializer"
    if re.search(r"\)[^:]*[^:]:(?!:)", flat) and re.search(r"[\w>]\s*$", flat):
        return "initializer"  # of a member, in front of a constructor's body
    return "function"


def functions(text):
    """Yields (name, first line, number of lines) of each function."""
    code = blanked(text)
    head_start = 0  # where the words in front of the next brace begin
    skipped = []  # initializers among those words
    opened = []  # for each open brace outside of functions: what it is
    i = 0
    while i < len(code):
        c = code[i]
        if c == "{":
            head = code[head_start:i]
            for begin, end in reversed(skipped):
                head = head[:begin - head_start] + "()" + head[end - head_start:]
            head = plain(head)
            what = kind(head)
            if what == "container":
                opened.append(what)
            else:
                end = closing(code, i)
                if what == "initializer":
                    skipped.append((i, end))
                    i = end
                    continue
                words = len(code[head_start:i]) - len(code[head_start:i].lstrip())
                first = code.count("\n", 0, head_start + words) + 1
                yield name_of(head), first, code.count("\n", 0, end) + 2 - first
                i = end - 1
            head_start, skipped = i + 1, []
        elif c == "}" or c == ";":
            if c == "}" and opened:
                opened.pop()
            head_start, skipped = i + 1, []
        i += 1


def closing(code, i):
    """The position after the brace that closes the one at i."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, i):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(code)


def name_of(head):
    if re.match(r"\s*(TYPED_)?TEST(_[FP])?\s*\(", head):
        return " ".join(head.split())
    found = re.search(r"([~\w:]+)\s*\(", head)
    return found[1] if found else " ".join(head.split())[:40]


def measure(root):
    """All that is too long: (path, what, lines, warn limit, fail limit)."""
    for path in tree.files(root):
        if path.endswith((".cc", ".h")):
            text = (root / path).read_text(encoding="utf-8")
            warn = FILE_FAIL if path.startswith("tests/") else FILE_WARN
            yield path, "the file", text.count("\n"), warn, FILE_FAIL
            for name, line, length in functions(text):
                yield f"{path}:{line}", name, length, FUNCTION_WARN, FUNCTION_FAIL


def check(root):
    return [f"{where}: {what} has {lines} lines, the limit is {fail}"
            for where, what, lines, _, fail in measure(root) if lines > fail]


def warnings(root):
    return [f"warn: {where}: {what} has {lines} lines, better is {warn}"
            for where, what, lines, warn, fail in measure(root) if warn < lines <= fail]


LONG = "  f();\n" * 70
TABLE = "  {1, Row{2}},\n" * 70
GOOD = {
    "a.cc": f"namespace a {{\nconst Row kRows[] = {{\n{TABLE}}};\nconstexpr std::array kMore{{\n{TABLE}}};\n"
            f"INSTANTIATE_TEST_SUITE_P(All, Rows, Values(Row{{\n{TABLE}}}));\n"
            f"const auto kMade = Make({{\n{TABLE}}});\nvoid F() {{ f(); }}\n}}  // namespace a\n",
    "b.h": 'const char* F() { return "{"; }\nchar G() { return \'{\'; }\n// {\n/* {\n { */\n'
           'const char kRaw[] = R"x({ " { )" )x";\n#define OPEN {\nint H() { return 10\'000; }\n' + "int x;\n" * 100,
    "c.h": 'class CAPABILITY("mutex") Mutex : public Base {\n public:\n' + "  void F() { g(); }\n" * 80 + "};\n"
           "enum class Reason : int {\n" + "  kA,\n" * 80 + "};\n",
    "tests/table.cc": "const int k[] = {\n" + "  1,\n" * 490 + "};\n",
}
BAD = [
    ("a.cc", "int x;\n" * 501),
    ("tests/a.cc", "int x;\n" * 501),
    ("b.cc", f"namespace a {{\nnamespace {{\nvoid F(int a, std::function<void()> g = {{}}) {{\n{LONG}}}\n}}\n}}\n"),
    ("c.h", f"class A final {{\n public:\n  explicit A(int a) : a_(a), b_{{a, {{1}}}} {{\n{LONG}  }}\n}};\n"),
    ("d.h", f"template <class T, class U = B<T>>\nauto F(T t) -> std::vector<T> {{\n{LONG}}}\n"),
    ("e.cc", f"TEST_P(Suite, Name) {{\n{LONG}}}\n"),
    ("f.cc", f"A& A::operator=(const A& other) {{\n{LONG}}}\n"),
    ("g.cc", f"bool operator==(const A& a, const A& b) {{\n{LONG}}}\n"),
    ("h.cc", f"const auto kF = [](int x) {{\n{LONG}}};\n"),
    ("i.cc", f"A::A() : a_{{1}} {{\n{LONG}}}\n"),
    ("j.cc", f"void A::F() const noexcept REQUIRES(mutex_) {{\n{LONG}}}\n"),
    ("k.cc", f'const char k[] = "}}";\n// }}\nvoid F() {{\n  const char* s = R"({{)";\n{LONG}}}\n'),
    ("l.cc", f"struct Row MakeRow(int a) {{\n{LONG}}}\n"),
    ("m.cc", f"void A::operator()(int a) {{\n{LONG}}}\n"),
    ("n.cc", f"#if A\nvoid F()\n#else\nvoid F(int a)\n#endif\n{{\n{LONG}}}\n"),
    ("o.cc", f"const int k[] = {{\n{TABLE}}};\nvoid F() {{\n{LONG}}}\n"),
]


def main():
    if sys.argv[1:] == ["--self-test"]:
        return tree.self_test(check, GOOD, BAD)
    for line in warnings(tree.ROOT):
        print(line)
    complaints = check(tree.ROOT)
    for line in complaints:
        print(line)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
