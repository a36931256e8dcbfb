"""Calls a Roster server as a person would: through the command line of rosterctl or of grpcurl."""

import base64
import json
import os
import re
import shlex
import subprocess

IDENTITY = "roster.identity.v1.IdentityService/"
ACCESS = "roster.access.v1.AccessService/"
AUDIT = "roster.audit.v1.AuditService/"
HEALTH = "grpc.health.v1.Health/"

MAPPING = {"Name": "FULL_NAME", "Email": "EMAIL", "User name": "USER_NAME", "Title": "TITLE", "Groups": "ROLE"}
CHUNK_BYTES = 256 << 10
TIMEOUT_SECONDS = 60
ROWS_FAILED = 3  # how rosterctl leaves after an import of which rows failed


class Refused(Exception):
    """The server refused: code and reason, as in google.rpc.ErrorInfo, and a line for each detail."""

    def __init__(self, code, reason, message, details=()):
        self.code, self.reason, self.details = code, reason, list(details)
        self.text = "\n".join([f"{code} {reason}: {message}", *("  " + line for line in self.details)])
        super().__init__(self.text)


class Unusable(Exception):
    """The client itself failed, or said something that can't be read."""


def for_grpcurl(request):
    """The request as grpcurl wants it, which knows no short form of field masks."""
    masks = {name: {"paths": [re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), path) for path in mask.split(",")]}
             for name, mask in request.items() if name.endswith("_mask")}
    return {**request, **masks}


def grpcurl_words(address, method, data, token):
    """The words of the grpcurl line; the token is taken from the environment by grpcurl itself."""
    words = ["grpcurl", "-plaintext"]
    if token:
        words += ["-expand-headers", "-H", "authorization: Bearer ${ROSTER_TOKEN}"]
    return words + ["-d", data, address, method]


def run(words, token, text=None):
    environment = {name: value for name, value in os.environ.items() if name != "ROSTER_TOKEN"}
    if token:
        environment["ROSTER_TOKEN"] = token
    try:
        return subprocess.run(words, env=environment, input=text or "", capture_output=True, text=True,
                              encoding="utf-8", timeout=TIMEOUT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unusable(f"{words[0]}: {error}") from None


def with_proto_names(fields):
    """A JSON object with its fields named as in the proto; clients print either these or proto3's JSON names."""
    return {re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name): value for name, value in fields.items()}


DECODER = json.JSONDecoder(object_hook=with_proto_names)


def parse(words, text):
    try:
        return DECODER.decode(text or "{}")
    except ValueError:
        raise Unusable(f"{words[0]} printed no JSON: {text[:500]}") from None


def import_header(account_id, path):
    mapping = [{"name": name, "field": "IMPORT_FIELD_" + field} for name, field in MAPPING.items()]
    return {"account_id": account_id, "has_header": True, "size_bytes": os.path.getsize(path), "mapping": mapping}


def import_line(address, account_id, path):
    """A shell line that streams the file, which must be small enough for one message."""
    header = shlex.quote(json.dumps({"header": import_header(account_id, path)}))
    file = shlex.quote(os.path.relpath(path))
    sender = f"""{{ echo {header}; printf '{{"chunk":"%s"}}' "$(base64 -w0 {file})"; }}"""
    return sender + " | " + shlex.join(grpcurl_words(address, IDENTITY + "ImportUsers", "@", True))


class Rosterctl:
    """Answers are the JSON of the response, refusals are raised."""

    def __init__(self, program):
        self.program = program

    def call(self, address, method, request, token=None):
        words = [self.program, "--address", address, "call", method, json.dumps(request)]
        return parse(words, self._output(words, token))

    def import_users(self, address, account_id, path, token):
        """Returns ({row: reason}, summary)."""
        words = [self.program, "--address", address, "import", "--account", account_id, "--file", path]
        lines = self._output(words, token).splitlines()
        failed = {}
        while lines and (line := re.match(r"row (\d+) line \d+ ([A-Z_]+)", lines[0])):
            failed.setdefault(*line.groups())
            lines.pop(0)
        return failed, parse(words, "\n".join(lines))

    @staticmethod
    def _output(words, token):
        done = run(words, token)
        if done.returncode in (0, ROWS_FAILED):
            return done.stdout
        line = re.match(r"([A-Z_]+)(?: ([A-Z_]+))?: (.*)", done.stderr)
        if done.returncode != 1 or not line:
            raise Unusable(f"{words[0]} left with {done.returncode}: {done.stderr}")
        # Without the reasons of violations, which grpcurl does not know either.
        lines = [re.sub(r"^ *(\S+): [A-Z_]+: ", r"\1: ", text).strip() for text in done.stderr.strip().splitlines()[1:]]
        raise Refused(line[1], line[2] or line[1], line[3], lines)


class Grpcurl:
    """The same through grpcurl, which learns the methods by reflection."""

    CODES = ("OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
             "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE "
             "DATA_LOSS UNAUTHENTICATED").split()

    def call(self, address, method, request, token=None):
        words = grpcurl_words(address, method, "@", token)
        return parse(words, self._output(words, token, json.dumps(for_grpcurl(request))))

    def import_users(self, address, account_id, path, token):
        """Returns ({row: reason}, summary)."""
        messages = [{"header": import_header(account_id, path)}]
        with open(path, "rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                messages.append({"chunk": base64.b64encode(chunk).decode()})
        words = grpcurl_words(address, IDENTITY + "ImportUsers", "@", token)
        output = self._output(words, token, "\n".join(map(json.dumps, messages)))
        failed, summary = {}, {}
        for answer in self._messages(words, output):
            summary = answer.get("summary", summary)
            for row in answer.get("rows", {}).get("rows", []):
                if "error" in row:
                    failed[str(row["row"])] = row["error"]["reason"]
        return failed, summary

    @staticmethod
    def _messages(words, text):
        """The answers of a stream: one JSON object after the other."""
        text = text.strip()
        while text:
            try:
                message, end = DECODER.raw_decode(text)
            except ValueError:
                raise Unusable(f"{words[0]} printed no JSON: {text[:500]}") from None
            yield message
            text = text[end:].lstrip()

    def _output(self, words, token, text):
        done = run([words[0], "-format-error", *words[1:]], token, text)
        if done.returncode == 0:
            return done.stdout
        try:
            status = json.loads(done.stderr[done.stderr.index("{"):])
            details = status.get("details", [])
            reasons = [detail["reason"] for detail in details if "reason" in detail]
            code = self.CODES[status["code"]]
        except (ValueError, KeyError, IndexError, TypeError):
            raise Unusable(f"grpcurl left with {done.returncode}: {done.stderr}") from None
        reason = reasons[0] if reasons else ""
        lines = [f"{key}: {value}" for detail in details for key, value in sorted(detail.get("metadata", {}).items())]
        lines += [f"{violation['field']}: {violation['description']}"
                  for detail in details for violation in detail.get("fieldViolations", [])]
        raise Refused(code, reason, status.get("message", ""), lines)
