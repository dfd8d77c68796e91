"""Reads NZBs into a new SQLite database, with indexes: nzb_to_sqlite.py DATABASE NZB_OR_FOLDER"""
import os, sqlite3, sys, xml.parsers.expat

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.executescript("""PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 8192;
CREATE TABLE files (id INTEGER PRIMARY KEY, nzb TEXT, head TEXT, subject TEXT, poster TEXT, date INTEGER, groups TEXT);
CREATE TABLE segments (file INTEGER, number INTEGER, bytes INTEGER, message_id TEXT);""")
db.execute("BEGIN")


def read(path):
    head, groups, segments, text, types = [], [], [], [], []

    def start(name, attributes):
        text.clear()
        if name == "file":
            groups.clear()
            values = (path, repr(head), attributes.get("subject"), attributes.get("poster"), attributes.get("date"))
            file = db.execute("INSERT INTO files (nzb, head, subject, poster, date) VALUES (?,?,?,?,?)", values).lastrowid
            segments.append([file])
        elif name == "segment":
            segments.append((segments[0][0], int(attributes["number"]), int(attributes["bytes"])))
        elif name == "meta":
            types.append(attributes.get("type"))

    def end(name):
        if name == "segment":
            segments[-1] += ("".join(text),)
        elif name == "group":
            groups.append("".join(text))
        elif name == "meta":
            head.append((types.pop(), "".join(text)))
        elif name == "file":
            db.execute("UPDATE files SET groups = ? WHERE id = ?", (" ".join(groups), segments[0][0]))
            db.executemany("INSERT INTO segments VALUES (?,?,?,?)", segments[1:])
            segments.clear()

    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text.append
    with open(path, "rb") as file:
        parser.ParseFile(file)


source = sys.argv[2]
for path in sorted(os.scandir(source), key=lambda entry: entry.name) if os.path.isdir(source) else [source]:
    read(os.fspath(path))
db.execute("COMMIT")
db.execute("CREATE INDEX by_message_id ON segments (message_id)")
db.execute("CREATE INDEX by_place ON segments (file, number)")
print(db.execute("SELECT count(*) FROM segments").fetchone()[0])
