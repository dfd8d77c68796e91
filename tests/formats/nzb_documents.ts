import fc, { type Arbitrary } from "fast-check";

const DOCTYPE = '<!DOCTYPE nzb PUBLIC "-//newzBin//DTD NZB 1.1//EN" "http://www.newzbin.com/DTD/nzb/nzb-1.1.dtd">\r\n';
const PROLOGUES = [
  '<?xml version="1.0" encoding="UTF-8"?>\n',
  '<?xml version="1.0" encoding="utf-8" ?>\n' + DOCTYPE,
  "<!-- no declaration -->\n",
  "",
];

/** Texts of up to three parts: plain ones mostly, some odd ones, and with `broken` some that XML does not allow. */
function texts(plain: RegExp, odd: string[], wrong: string[], broken: boolean): Arbitrary<string> {
  const part = fc.oneof(
    { weight: 6, arbitrary: fc.stringMatching(plain) },
    { weight: 3, arbitrary: fc.constantFrom(...odd) },
    { weight: broken ? 1 : 0, arbitrary: fc.constantFrom(...wrong) },
  );
  return fc.array(part, { maxLength: 3 }).map((parts) => parts.join(""));
}

function contentTexts(broken: boolean): Arbitrary<string> {
  return texts(
    /^[a-zA-Z0-9 .@_-]{0,12}$/,
    [
      ...["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#65;", "&#x20AC;", "&#10;", "\n", "\r\n", "\t", "é", "日本"],
      ...["&nbsp;", "&auml;", "&fjlig;", "&NewLine;", "<![CDATA[&auml;]]>", "<!-- &auml; -->"],
      ...[
        "😀",
        "\u0085",
        "\u2028",
        "\u00a0",
        "<!-- c -->",
        "<![CDATA[<x>&]]>",
        "<?pi data?>",
        "]]x",
        "] ",
        ">",
        "<b/>",
      ],
    ],
    ["&", "&nosuch;", "&auml", "&#0;", "&#x110000;", "]]>", "<", "\ufffe", "\u0001"],
    broken,
  );
}

function attributeTexts(broken: boolean): Arbitrary<string> {
  return texts(
    /^[a-zA-Z0-9 .@()\/-]{0,12}$/,
    ["&quot;", "&amp;", "&#9;", "\n", "\t", "é", "😀", ">", "'", "\r\n", "&ouml;", "&LT;", "&acE;"],
    ["&x;", "&constructor;", "<", "\u0002", "&"],
    broken,
  );
}

const wholes = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 30 }).map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...["", "0", "-1", "1.5", " 7 ", "x", "007", "2147483647", "2147483648", "2147483649", "99999999999999999"],
    ),
  },
);

const dates = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 2_000_000_000 }).map(String) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...[
        "1700000000123",
        "253402300799",
        "253402300800",
        " 12 ",
        "2023-11-14T22:13:20+01:00",
        "2023-11-14",
        "-1",
        "x",
      ],
      ...[
        "2023-11-14T22:13:20Z",
        "2023-02-30",
        "Tue, 14 Nov 2023 22:13:20 GMT",
        "14 Nov 23 17:13 EST",
        "",
        "yesterday",
      ],
      ...["1960-01-01", "1700000000.75", "99999999999999999"],
    ),
  },
);

const ODD_IDS = [
  "&lt;a@b&gt;",
  " <!-- x --> a@b\n",
  "&lt;&lt;a&gt;&gt;",
  "a b",
  "a&amp;b@c",
  "",
  "a>b",
  "<![CDATA[a&b]]>",
];

/** Segments in the usual form and in every other that means the same, or nothing. */
function segments(broken: boolean): Arbitrary<string> {
  const id = fc.oneof(
    { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-Z0-9.@$-]{1,12}$/) },
    { weight: 2, arbitrary: contentTexts(broken) },
    { weight: 1, arbitrary: fc.constantFrom(...ODD_IDS) },
  );
  return fc.tuple(wholes, wholes, id, fc.nat({ max: 19 })).map(([bytes, number, id, form]) => {
    const usual = `<segment bytes="${bytes}" number="${number}">${id}</segment>`;
    const forms = [
      `<segment number="${number}" bytes="${bytes}">${id}</segment>`,
      `<segment bytes='${bytes}' number='${number}'>${id}</segment>`,
      `<x:segment  bytes = "${bytes}"\n number="${number}" other="1" >${id}</x:segment >`,
      `<segment number="${number}">${id}</segment>`,
      `<segment bytes="${bytes}" number="${number}"/>`,
      `<segment bytes="${bytes}">${id}</segment>`,
      `${usual}${usual}`,
      `<other>${usual}</other>`,
    ];
    return forms[form] ?? usual;
  });
}

const spaces = fc.constantFrom(
  ...["", "\n", "\n\t\t\t", "  ", "\r\n\t", "\r", "<!-- <segments> -->", "<![CDATA[</segment>]]>", "<?segments >?>"],
);

function files(broken: boolean): Arbitrary<string> {
  const groups = fc.oneof(
    { weight: 4, arbitrary: fc.constant("<group>alt.binaries.test</group>") },
    { weight: 1, arbitrary: contentTexts(broken).map((name) => `<group>${name}</group>\n<group>a.b</group>`) },
    { weight: 1, arbitrary: fc.constantFrom("", "<group> </group>") },
  ).map((groups) => `<groups>${groups}</groups>`);
  const run = fc.array(fc.tuple(spaces, segments(broken)), { maxLength: 8 }).map((all) => all.flat().join(""));
  const attribute = (name: string, text: Arbitrary<string>) =>
    fc.oneof(
      { weight: 9, arbitrary: text.map((text) => ` ${name}="${text}"`) },
      { weight: 1, arbitrary: fc.constant("") },
    );
  const attributes = fc.tuple(
    ...["poster", "subject"].map((name) => attribute(name, attributeTexts(broken))),
    attribute("date", dates),
  );
  return fc.tuple(attributes, fc.option(groups, { nil: "", freq: 9 }), run, run, spaces, fc.nat({ max: 9 })).map(
    ([attributes, groups, run, more, space, form]) => {
      const all = `<segments>${SURE}${run}${space}</segments>`;
      const forms = [`${all}<segments>${more}</segments>`, `<segments>${space}</segments>`, ""];
      return `<file${attributes.join("")}>${space}${groups}${space}${forms[form] ?? all}${space}</file>`;
    },
  );
}

/** A segment that can be used. */
const SURE = '<segment bytes="5" number="31">sure@example</segment>';

/** NZBs as programs might write them; with `broken`, many are not well-formed or otherwise wrong. */
export function documents(broken: boolean): Arbitrary<string> {
  const types = fc.constantFrom("title", "name", "password", "tag", "__proto__", "1");
  const meta = fc.tuple(types, contentTexts(broken)).map(([type, value]) => `<meta type="${type}">${value}</meta>`);
  const head = fc.array(meta, { maxLength: 4 }).map((all) => `<head>${all.join("\n")}</head>`);
  const usable = `<file subject="sure"><segments>${SURE}</segments></file>`;
  return fc.tuple(
    fc.constantFrom(...PROLOGUES),
    fc.option(head, { nil: "" }),
    fc.array(fc.oneof({ weight: 9, arbitrary: files(broken) }, { weight: 1, arbitrary: head }), { maxLength: 4 }),
    broken ? fc.constantFrom(usable, "") : fc.constant(usable),
    spaces,
  ).map(([prologue, head, files, last, space]) =>
    `${prologue}<nzb xmlns="http://www.newzbin.com/DTD/2003/nzb" xmlns:x="y">${space}${head}${files.join("\n")}` +
    `${last}${space}</nzb>\n`
  );
}

const INSERTS = [
  ...["<", ">", "&", '"', "/", "\0", "\u0001", "]]>", "</file>", "<segments>", "</segments>", "<file>", "é", "=", "\n"],
  ...["<!--", "-->", "<?", "?>", "<nzb>", "</nzb>", " ", "'", "a", "<segment", "\r", "--", "<![CDATA[", ":", "0", "x"],
];

/** Proper NZBs in which something inside the root was deleted, doubled or inserted. */
export const damaged: Arbitrary<string> = fc.tuple(
  documents(false),
  fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      length: fc.nat({ max: 30 }),
      what: fc.constantFrom("delete", "double", "insert"),
      insert: fc.constantFrom(...INSERTS),
    }),
    { minLength: 1, maxLength: 2 },
  ),
).map(([document, changes]) => {
  const root = document.indexOf('xmlns:x="y">') + 12;
  for (const { at, length, what, insert } of changes) {
    const place = root + Math.floor(at * (document.length - root));
    const piece = document.slice(place, place + length);
    const middle = what === "delete" ? "" : what === "double" ? piece + piece : insert;
    document = document.slice(0, place) + middle + document.slice(what === "insert" ? place : place + length);
  }
  return document.toWellFormed();
});
