#!/usr/bin/env python3
"""Writes people.csv (1,000 rows to import), taken.csv (13 users who are there before) and
expected.json (which row must fail, and why). The same bytes on every machine and every run.

  make_people.py          writes the three files beside this script
  make_people.py --check  compares them with what it would write
"""

import csv
import io
import json
import pathlib
import random
import sys
import unicodedata

HEADER = ["Name", "Email", "User name", "Title", "Groups"]
NAME, EMAIL, USER_NAME, TITLE, GROUPS = range(5)
FOLDER = pathlib.Path(__file__).resolve().parent
ROWS = 1000

# Only random() promises the same sequence in every Python version.
_dice = random.Random(20250117)


def pick(choices):
    return choices[int(_dice.random() * len(choices))]


# (as written, as spelled in user names and emails)
LATIN = (
    "Ada Alan Alma Amir Anna Arthur Bella Boris Carla Cora Daniel Diana Edgar Elena Emil Erik Fatima "
    "Felix Flora Gloria Hanna Hector Ida Igor Ines Ivan Jana Jonas Julia Karl Kira Laura Leo Lina Lucas "
    "Maja Marco Maria Mila Nadia Nils Nora Oliver Omar Oscar Paula Peter Rita Robin Rosa Samuel Sara "
    "Selma Simon Sofia Tara Thomas Tina Vera Victor Wanda Yusuf".split(),
    "Abbott Adler Archer Bakker Barnes Becker Berg Blake Bloom Brandt Carver Castro Clarke Costa Dalton "
    "Dekker Delgado Dixon Duarte Ellis Farmer Ferrari Fischer Fletcher Foster Gallo Garner Greco Hansen "
    "Harper Hoffman Holm Hughes Ivanova Jansen Keller Kent Kovac Lambert Larsen Lopez Marino Mason Mercer "
    "Meyer Moreno Nash Novak Olsen Palmer Parker Petrov Porter Quinn Ramos Reed Ricci Rossi Sanders "
    "Santos Silva Sommer Stone Tanner Torres Turner Vidal Vogel Walker Weaver Winter Wolf Young".split(),
)
CYRILLIC = ("Алексей Мария Дмитрий Ольга Сергей Наталья Юрий Ирина", "Alexey Maria Dmitry Olga Sergey Natalia Yury Irina",
            "Соколов Лебедева Орлов Зайцева Щербаков Ёлкина", "Sokolov Lebedeva Orlov Zaitseva Shcherbakov Yolkina")
GREEK = ("Νίκος Ελένη Γιώργος Σοφία Θανάσης", "Nikos Eleni Giorgos Sofia Thanasis",
         "Παππάς Οικονόμου Αγγελίδης Βασιλείου Χατζής", "Pappas Oikonomou Angelidis Vasileiou Chatzis")
HAN = ("伟 芳 秀英 敏 志强 丽 太郎 美咲", "Wei Fang Xiuying Min Zhiqiang Li Taro Misaki",
       "王 李 张 陈 欧阳 田中 鈴木", "Wang Li Zhang Chen Ouyang Tanaka Suzuki")
ARABIC = ("أحمد فاطمة محمود ليلى يوسف زينب", "Ahmad Fatima Mahmoud Layla Yousef Zaynab",
          "الحسن حداد منصور النجار خليل", "Alhasan Haddad Mansour Alnajjar Khalil")
ACCENTED = ("José Zoë Håkan Łucja Renée Jürgen Nuño", "Jose Zoe Hakan Lucja Renee Jurgen Nuno",
            "Muñoz Dvořák Ångström Lefèvre Gonçalves Nguyễn", "Munoz Dvorak Angstrom Lefevre Goncalves Nguyen")
FOLDING = [("Jörg Weiß", "jorg", "weiss"), ("Greta Großmann", "greta", "grossmann"), ("Uwe Strauß", "uwe", "strauss"),
           ("STEFAN PREUẞ", "stefan", "preuss"), ("Anke Voß", "anke", "voss"), ("Hans Süß", "hans", "suess"),
           ("İpek Yılmaz", "ipek", "yilmaz"), ("İbrahim Çelik", "ibrahim", "celik"), ("Ali İnan", "ali", "inan"),
           ("IŞIL İŞLER", "isil", "isler")]

TITLES = ["", "", "Account Manager", "Accountant", "Analyst", "Auditor", "Buyer", "Chief Financial Officer",
          "Controller", "Customer Care Agent", "Data Engineer", "Designer", "Facility Manager", "Head of Procurement",
          "IT Administrator", "Legal Counsel", "Logistics Planner", "Marketing Assistant", "Nurse", "Office Manager",
          "Product Owner", "Project Lead", "QA Engineer", "R&D Engineer", "Recruiter", "Sales Representative",
          "Software Engineer", "Store Manager", "Team Lead", "Technician", "Translator", "Warehouse Clerk"]
HARD_TITLES = ["Director, Sales", "Director, Sales and Service, EMEA", 'Engineer "on call"', '"Acting" Head, Finance',
               "Head of Research\nand Development", "Teacher\r\nDeputy Principal", "Manager; Stores", "Naïve Bayes Engineer",
               "Обозреватель, отдел новостей", "営業部長"]
ROLES = ["Viewer"] * 14 + ["Creator"] * 3 + ["Ecommerce Viewer"] * 2 + ["Admin"]
UNKNOWN_ROLES = ["Wizard", "Sorcerer", "Superuser", "Viewers", "Guest", "Owner", "Editor", "Ecommerce", "Wizard", "観覧者"]

_last_number = 0


def person(name, given, family):
    """A row whose email and user name nobody else has: both carry a number of their own."""
    global _last_number
    _last_number += 1
    user_name = f"{given}.{family}.{_last_number:04d}".lower()
    email = f"{given}.{family}{_last_number:04d}@{pick(['example.com', 'example.org', 'example.net'])}".lower()
    return [name, email, user_name, pick(TITLES), pick(ROLES)]


def latin():
    given, family = pick(LATIN[0]), pick(LATIN[1])
    return person(f"{given} {family}", given, family)


def foreign(script, count, joiner=" ", family_first=False, form="NFC"):
    given, given_ascii, family, family_ascii = (words.split() for words in script)
    for _ in range(count):
        g, f = int(_dice.random() * len(given)), int(_dice.random() * len(family))
        parts = [family[f], given[g]] if family_first else [given[g], family[f]]
        yield person(unicodedata.normalize(form, joiner.join(parts)), given_ascii[g], family_ascii[f])


def changed(row, column, value):
    return [value if i == column else field for i, field in enumerate(row)]


def good_rows():
    rows = [*foreign(CYRILLIC, 40), *foreign(GREEK, 25), *foreign(HAN, 30, "", family_first=True),
            *foreign(ARABIC, 25), *foreign(ACCENTED, 20, form="NFD"), *(person(*who) for who in FOLDING)]
    rows += [changed(latin(), TITLE, title) for title in HARD_TITLES]
    rows += [changed(latin(), NAME, name) for name in ("=1+1", "+1+1", "=SUM(A1:A9)")]
    rows += [changed(latin(), NAME, name) for name in
             ("Keller, Anna", "Berg, Dr. Ida", 'Robert "Bob" Reed', 'Leo "The Lion" Stone, Jr.', "Siobhan O'Neill")]
    rows.append(changed(latin(), EMAIL, "kontakt@bücher.example"))
    blanks = [("  ", ""), ("", "   "), (" ", " ")]
    for column in range(len(HEADER)):
        for before, after in blanks:
            row = latin()
            rows.append(changed(row, column, before + row[column] + after))
    rows += [changed(row, column, row[column].upper()) for row, column in
             ((latin(), EMAIL), (latin(), USER_NAME), (latin(), EMAIL), (latin(), USER_NAME))]
    return rows + [latin() for _ in range(946 - len(rows))]


# How the second of two equal fields is written: equal after trimming and ASCII lower-casing.
RESPELLINGS = [lambda text: text, str.upper, lambda text: f"  {text.title()} "]


def taken_users():
    return [changed(latin(), GROUPS, "Viewer") for _ in range(13)]


def bad_rows(taken):
    """Every row that must fail, with its reason; no row has two."""
    rows = []
    for column in (USER_NAME, EMAIL):
        for respelled in RESPELLINGS:
            first = latin()
            rows.append((first, "DUPLICATE_IN_FILE"))
            rows.append((changed(latin(), column, respelled(first[column])), "DUPLICATE_IN_FILE"))
    for i, user in enumerate(taken):
        column, reason = (USER_NAME, "USERNAME_TAKEN") if i < 8 else (EMAIL, "EMAIL_TAKEN")
        rows.append((changed(latin(), column, RESPELLINGS[i % 3](user[column])), reason))
    for column, blanks in ((NAME, ["", "", "  ", ""]), (EMAIL, ["", " ", ""]), (USER_NAME, ["", "", "   "])):
        rows += [(changed(latin(), column, blank), "MISSING_FIELD") for blank in blanks]
    for email in ("nora.blake.example.com", "omar@reed@example.com", "paula.stone@", "rosa berg@example.org",
                  "simon.wolf@.example.net"):
        rows.append((changed(latin(), EMAIL, email), "INVALID_EMAIL"))
    rows += [(changed(latin(), GROUPS, role), "ROLE_NOT_FOUND") for role in UNKNOWN_ROLES]
    rows += [(latin()[:4], "ROLE_REQUIRED"), (latin()[:2], "COLUMN_COUNT"),
             (latin() + [""], "COLUMN_COUNT"), (latin() + ["Berlin", "Germany"], "COLUMN_COUNT")]
    return rows


def make_rows():
    """The taken users, and all rows in their order in the file, each with its reason or None."""
    taken = taken_users()
    rows = [(row, None) for row in good_rows()] + bad_rows(taken)
    last = rows.pop(945)  # a plain good row: what follows it is the end of the file, not a line end
    rows = [row for _, row in sorted(((_dice.random(), row) for row in rows), key=lambda pair: pair[0])]
    return taken, rows + [last]


def trimmed(text):
    """Equal by this is a collision: blanks around dropped, ASCII letters in lower case."""
    return "".join(c.lower() if c.isascii() else c for c in text.strip(" \t\r\n"))


def skeleton(text):
    """Equal by this looks alike, or is equal under compatibility and case folding."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for seen, as_if in (("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l")):
        text = text.replace(seen, as_if)
    return text


def verify(taken, rows):
    """The promises of this file, so that a change of a list above cannot break one silently."""
    assert len(rows) == ROWS and sum(reason is None for _, reason in rows) == 946
    assert len({id(row) for row, _ in rows}) == ROWS and rows[-1][1] is None
    complete = [row for row, reason in rows if reason not in ("COLUMN_COUNT", "MISSING_FIELD")]
    for column, taken_here in ((USER_NAME, 8), (EMAIL, 5)):
        fields = [trimmed(row[column]) for row in complete + taken]
        alike = {skeleton(field) for field in fields}
        assert len(alike) == len(set(fields)), "two that are not equal look alike"
        assert len(fields) - len(set(fields)) == 3 + taken_here, "collisions that nobody asked for"
    groups = {"Admin", "Creator", "Viewer", "Ecommerce Viewer"}
    good = [row for row, reason in rows if reason is None]
    assert all(len(row) == 5 and row[GROUPS].strip() in groups for row in good)
    assert sum(not row[NAME].isascii() for row in good) == 150
    assert sum(unicodedata.normalize("NFC", row[NAME]) != row[NAME] for row in good) >= 15


def as_csv(rows, line_end):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(HEADER)
    for i, row in enumerate(rows):
        # Blanks around a field stand inside quotes in every other row that has any.
        quoted = i % 2 == 0 and any(field != field.strip() for field in row)
        (csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=line_end) if quoted else writer).writerow(row)
    return out.getvalue()


def make_files():
    taken, rows = make_rows()
    verify(taken, rows)
    failed = {str(number): reason for number, (_, reason) in enumerate(rows, start=1) if reason}
    by_reason = {}
    for reason in ("DUPLICATE_IN_FILE", "USERNAME_TAKEN", "EMAIL_TAKEN", "MISSING_FIELD", "INVALID_EMAIL",
                   "ROLE_NOT_FOUND", "ROLE_REQUIRED", "COLUMN_COUNT"):
        by_reason[reason] = sum(found == reason for found in failed.values())
    expected = {"rows": ROWS, "created": ROWS - len(failed), "failed": len(failed), "by_reason": by_reason,
                "failed_rows": failed}
    people = as_csv([row for row, _ in rows], "\r\n").removesuffix("\r\n")
    return {
        "people.csv": people.encode("utf-8-sig"),
        "taken.csv": as_csv(taken, "\n").encode("utf-8"),
        "expected.json": (json.dumps(expected, indent=2) + "\n").encode("utf-8"),
    }


def main():
    files = make_files()
    if sys.argv[1:] == ["--check"]:
        stale = [name for name, content in files.items()
                 if not (FOLDER / name).is_file() or (FOLDER / name).read_bytes() != content]
        for name in stale:
            print(f"{name} is not what make_people.py writes")
        return 1 if stale else 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    for name, content in files.items():
        (FOLDER / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
