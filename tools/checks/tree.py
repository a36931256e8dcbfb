"""What the checks share: the files of a working tree, and a planted tree to prove a check with."""

import contextlib
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(root):
    """Paths below root, relative, of all files that git knows or would add."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, check=True,
                            stdout=subprocess.PIPE).stdout.decode().split("\0")
    return sorted({name for name in listed if name and (root / name).is_file()})


@contextlib.contextmanager
def planted(contents):
    """A temporary tree with these files: {path: text}."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        for name, text in contents.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        yield root


def self_test(check, good, bad):
    """Runs check(root) -> complaints over {path: text} trees: none for good, at least one for each entry of bad, which
    is a path, or a list of paths, and the text of all of them."""
    wrong = []
    with planted(good) as root:
        wrong += [f"complains about good input: {complaint}" for complaint in check(root)]
    for name, text in bad:
        names = [name] if isinstance(name, str) else name
        with planted(dict.fromkeys(names, text)) as root:
            if not check(root):
                wrong.append(f"accepts {names[0]}: {text[:60]!r}")
    for line in wrong:
        print(f"self-test: {line}")
    return 1 if wrong else 0
