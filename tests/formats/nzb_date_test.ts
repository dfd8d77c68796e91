import assert from "node:assert/strict";
import { timeOfNzbDate } from "../../src/formats/nzb_date.ts";

const DATES: Record<string, Record<string, string | null>> = {
  "Unix seconds and milliseconds": {
    "1700000000": "2023-11-14T22:13:20Z",
    " 1700000000\n": "2023-11-14T22:13:20Z",
    "1700000000.75": "2023-11-14T22:13:20Z",
    "1700000000999": "2023-11-14T22:13:20Z",
    "0": "1970-01-01T00:00:00Z",
    "253402300799": "9999-12-31T23:59:59Z",
    "253402300800": "1978-01-11T21:31:40Z", // a second later it is milliseconds
    "253402300799999": "9999-12-31T23:59:59Z",
    "253402300800000": null,
    "-1": null,
  },
  "ISO 8601": {
    "2023-11-14T22:13:20Z": "2023-11-14T22:13:20Z",
    "2023-11-14t22:13:20.123456z": "2023-11-14T22:13:20Z",
    "2023-11-15T00:13:20+02:00": "2023-11-14T22:13:20Z",
    "2023-11-14 16:43:20 -0530": "2023-11-14T22:13:20Z",
    "2023-11-14T22:13+00": "2023-11-14T22:13:00Z",
    "20231114T221320Z": "2023-11-14T22:13:20Z",
    "2023-11-14 22:13:20": "2023-11-14T22:13:20Z",
    "2023-11-14": "2023-11-14T00:00:00Z",
    "2024-02-29": "2024-02-29T00:00:00Z",
    "2016-12-31T23:59:60Z": "2016-12-31T23:59:59Z",
    "2023-02-29": null,
    "2023-13-01": null,
    "2023-11-14T24:00:00Z": null,
    "2023-11-14T22:60:00Z": null,
    "2023-11-14T22:13:20+24:00": null,
    "2023-1114": null,
    "1970-01-01T00:30:00+01:00": null,
    "0099-01-01": null,
  },
  "RFC 822": {
    "Tue, 14 Nov 2023 22:13:20 GMT": "2023-11-14T22:13:20Z",
    "Tue, 14 Nov 2023 23:13:20 +0100": "2023-11-14T22:13:20Z",
    "14 Nov 23 17:13 EST": "2023-11-14T22:13:00Z",
    "1 Jan 99 00:00:00 UT": "1999-01-01T00:00:00Z",
    "Tuesday, 14-Nov-23 22:13:20 GMT": "2023-11-14T22:13:20Z",
    "tue, 14 nov 2023 22:13:20 -0000 (UTC)": "2023-11-14T22:13:20Z",
    "14 Nov 2023 22:13:20": "2023-11-14T22:13:20Z",
    "31 Nov 2023 22:13:20 GMT": null,
    "14 Nox 2023 22:13:20 GMT": null,
    "14 Nov 2023 22:13:20 XYZ": null,
    "14 Nov 2023": null,
  },
  "anything else": { "": null, "x": null, "yesterday": null, "11/14/2023": null, "NaN": null, "1e9": null },
};

for (const [form, dates] of Object.entries(DATES)) {
  Deno.test(`the date of an NZB is understood, or known as none, when it is ${form}`, () => {
    for (const [date, time] of Object.entries(dates)) assert.equal(timeOfNzbDate(date), time, date);
  });
}

Deno.test("a very long date takes no long time", () => {
  const start = performance.now();
  assert.equal(timeOfNzbDate("14 Nov 2023 22:13" + " ".repeat(1_000_000) + "x"), null);
  assert.ok(performance.now() - start < 5000, "quadratic");
});
