"""Reads NZBs with Python's expat, by the rules of this project, as the reference that the reader is compared with.

Standard input: a document and its name a line, both in base64. Standard output: one JSON value a line.
"""

import base64
import calendar
import datetime
import email.utils
import html.entities
import json
import re
import sys
import xml.parsers.expat

SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
UNUSABLE_ID = re.compile("[" + SPACE + "\x00-\x1f\x7f-\x9f]")


class Refused(Exception):
    pass


def digits(text):
    text = (text or "").strip(SPACE)
    return int(text) if re.fullmatch("[0-9]{1,15}", text) else None


def unix_seconds(text):
    """Unix seconds of a date in any form that NZBs have, None for others; not every oddity of the forms is the same."""
    text = text.strip(SPACE)
    number = re.fullmatch(r"([0-9]{1,15})(\.[0-9]*)?", text)
    if number:
        seconds = int(number[1])
        seconds = seconds if seconds <= 253402300799 else seconds // 1000
    else:
        try:
            time = datetime.datetime.fromisoformat(text)
        except ValueError:
            parsed = email.utils.parsedate_tz(text)
            if parsed is None:
                return None
            seconds = calendar.timegm(parsed[:6] + (0, 0, 0)) - (parsed[9] or 0)
        else:
            time = time if time.tzinfo else time.replace(tzinfo=datetime.timezone.utc)
            seconds = int(time.timestamp())
    return seconds if 0 <= seconds <= 253402300799 else None


def number_references(document):
    """HTML's named entities as references that XML knows, everywhere but where they are plain text."""
    def reference(found):
        text = html.entities.html5.get(found[1] + ";") if found[1] else None
        return found[0] if text is None else "".join(f"&#{ord(character)};" for character in text)
    return re.sub(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|&(\w+);", reference, document, flags=re.S)


def names_of(path):
    """What the name of an NZB says: its title and its password."""
    base = re.sub(r"(?i)\.nzb$", "", path)
    braces = re.fullmatch(r"(?s)(.*?)\{\{(.*)\}\}(.*)", base)
    return (braces[1] + braces[3], braces[2]) if braces else (base, "")


class Reader:
    """Elements by their path from the root, without prefixes."""

    def __init__(self):
        self.path, self.text, self.files, self.entries, self.any_file, self.left_out = [], "", [], {}, False, 0

    def start(self, name, attributes):
        name = name[name.find(":") + 1:]
        self.path.append(name)
        if len(self.path) == 1 and name != "nzb":
            raise Refused("root")
        path = "/".join(self.path)
        if path == "nzb/file":
            self.any_file = True
            self.file = {
                "subject": attributes.get("subject", ""),
                "poster": attributes.get("poster"),
                "date": attributes.get("date", ""),
                "groups": [],
                "segments": [],
                "unusable": 0,
                "doubled": 0,
                "sizeless": 0,
            }
        self.attributes = attributes
        if path in ("nzb/head/meta", "nzb/file/groups/group", "nzb/file/segments/segment"):
            self.text = ""
            self.leaf = attributes

    def chars(self, text):
        if "/".join(self.path) in ("nzb/head/meta", "nzb/file/groups/group", "nzb/file/segments/segment"):
            self.text += text

    def end(self, _name):
        path = "/".join(self.path)
        self.path.pop()
        if path == "nzb/head/meta":
            self.entries.setdefault(self.leaf.get("type", ""), []).append(self.text)
        elif path == "nzb/file/groups/group":
            if self.text.strip(SPACE):
                self.file["groups"].append(self.text.strip(SPACE))
        elif path == "nzb/file/segments/segment":
            self.segment()
        elif path == "nzb/file":
            if self.file["segments"]:
                self.end_file()
                self.files.append(self.file)
            else:
                self.left_out += 1

    def segment(self):
        number, size = digits(self.leaf.get("number")), digits(self.leaf.get("bytes"))
        message_id = self.text.strip(SPACE)
        while message_id.startswith("<") and message_id.endswith(">") and len(message_id) > 1:
            message_id = message_id[1:-1].strip(SPACE)
        if number is None or number > 2**31 or message_id == "" or UNUSABLE_ID.search(message_id):
            self.file["unusable"] += 1
            return
        usable_size = size is not None and size < 2**31
        self.file["sizeless"] += not usable_size
        self.file["segments"].append((number, size if usable_size else 0, message_id))

    def end_file(self):
        """Puts the articles of each number into their order: index, redundancy, size, Message-ID."""
        articles, numbers = {}, [number for number, _, _ in self.file["segments"]]
        for number, size, message_id in self.file["segments"]:
            articles.setdefault(number, {}).setdefault(message_id, size)
        first = 0 if 0 in numbers else 1
        segments = [
            (redundancy, number - first, size, message_id)
            for number, copies in articles.items()
            for redundancy, (message_id, size) in enumerate(copies.items())
            if number - first < 2**31
        ]
        self.file["doubled"] = len(numbers) - len(segments)
        self.file["segments"] = [[index, redundancy, size, id] for redundancy, index, size, id in sorted(segments)]
        self.file["size"] = sum(size for _, redundancy, size, _ in self.file["segments"] if redundancy == 0)

    def result(self, name):
        """All files, once all of the head is known."""
        if not self.any_file or not self.files:
            raise Refused("no file")
        title, password = names_of(name)
        head = {key: list(values) for key, values in self.entries.items()}
        if password and not any(value.strip(SPACE) for value in head.get("password", [])):
            head["password"] = [password]
        names = head.get("title", []) + head.get("name", []) + [title]
        folder = next((name.strip(SPACE) for name in names if name.strip(SPACE)), None)
        for file in self.files:
            file.update(head=head, folder=folder, time=unix_seconds(file["date"]))
        return {"files": self.files, "left_out": self.left_out}


def read(document, name):
    reader = Reader()
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.chars
    try:
        parser.Parse(number_references(document), True)
        return reader.result(name)
    except xml.parsers.expat.ExpatError as error:
        return {"refused": "xml", "line": error.lineno, "column": error.offset + 1, "why": str(error)}
    except (Refused, LookupError, ValueError) as error:
        return {"refused": "nzb", "line": parser.CurrentLineNumber, "why": repr(error)}


for line in sys.stdin:
    document, name = (base64.b64decode(text).decode() for text in line.split(" "))
    print(json.dumps(read(document, name)))
