"""Prints a CSV from standard input as JSON, as Python's csv module reads it."""

import csv
import io
import json
import sys

csv.field_size_limit(1 << 30)
text = sys.stdin.buffer.read().decode("utf-8")
print(json.dumps(list(csv.reader(io.StringIO(text, newline=""), strict=True))))
