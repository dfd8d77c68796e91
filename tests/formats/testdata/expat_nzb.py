"""Reads NZBs with Python's expat, by the rules of this project, as the reference that the reader is compared with.

Standard input: one document a line, in base64. Standard output: one JSON value a line.
"""

import base64
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


class Reader:
    """Elements by their path from the root, without prefixes."""

    def __init__(self):
        self.path, self.text, self.files, self.entries, self.head = [], "", [], {}, {}

    def start(self, name, attributes):
        name = name[name.find(":") + 1:]
        self.path.append(name)
        if len(self.path) == 1 and name != "nzb":
            raise Refused("root")
        path = "/".join(self.path)
        if path == "nzb/file":
            self.file = {
                "subject": attributes.get("subject", ""),
                "poster": attributes.get("poster"),
                "date": attributes.get("date", ""),
                "groups": [],
                "segments": {},
                "left_out": 0,
                "head": dict(self.head),
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
        elif path == "nzb/head":
            self.head = {key: list(values) for key, values in self.entries.items()}
        elif path == "nzb/file/groups/group":
            if self.text.strip(SPACE):
                self.file["groups"].append(self.text.strip(SPACE))
        elif path == "nzb/file/segments/segment":
            self.segment()
        elif path == "nzb/file":
            if not self.file["groups"] or not self.file["segments"]:
                raise Refused("file")
            self.file["segments"] = sorted([i, *rest] for i, rest in self.file["segments"].items())
            self.files.append(self.file)
        elif path == "nzb" and not self.files:
            raise Refused("no file")

    def segment(self):
        number, size = digits(self.leaf.get("number")), digits(self.leaf.get("bytes"))
        message_id = self.text.strip(SPACE)
        while message_id.startswith("<") and message_id.endswith(">") and len(message_id) > 1:
            message_id = message_id[1:-1].strip(SPACE)
        usable = (
            number is not None and 1 <= number <= 2**31 and size is not None and size < 2**31
            and message_id != "" and not UNUSABLE_ID.search(message_id)
        )
        if not usable or number - 1 in self.file["segments"]:
            self.file["left_out"] += 1
        else:
            self.file["segments"][number - 1] = [size, message_id]


def read(document):
    reader = Reader()
    parser = xml.parsers.expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.chars
    try:
        parser.Parse(document, True)
    except xml.parsers.expat.ExpatError as error:
        return {"refused": "xml", "line": error.lineno, "column": error.offset + 1, "why": str(error)}
    except (Refused, LookupError, ValueError) as error:
        return {"refused": "nzb", "line": parser.CurrentLineNumber, "why": repr(error)}
    return {"files": reader.files}


for line in sys.stdin:
    print(json.dumps(read(base64.b64decode(line))))
