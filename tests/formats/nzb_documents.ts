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
    ["&", "&nbsp;", "&#0;", "&#x110000;", "]]>", "<", "\ufffe", "\u0001"],
    broken,
  );
}

function attributeTexts(broken: boolean): Arbitrary<string> {
  return texts(
    /^[a-zA-Z0-9 .@()\/-]{0,12}$/,
    ["&quot;", "&amp;", "&#9;", "\n", "\t", "é", "😀", ">", "'", "\r\n"],
    ["&x;", "<", "\u0002", "&"],
    broken,
  );
}

const wholes = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 30 }).map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("", "-1", "1.5", " 7 ", "x", "007", "2147483648", "2147483649", "99999999999999999"),
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
    { weight: broken ? 1 : 0, arbitrary: fc.constantFrom("", "<group> </group>") },
  );
  const run = fc.array(fc.tuple(spaces, segments(broken)), { maxLength: 8 }).map((all) => all.flat().join(""));
  const text = attributeTexts(broken);
  return fc.tuple(text, text, wholes, groups, run, spaces).map(([subject, poster, date, groups, run, space]) =>
    `<file poster="${poster}" date="${date}" subject="${subject}">${space}<groups>${groups}</groups>${space}` +
    `<segments><segment bytes="5" number="31">sure@example</segment>${run}${space}</segments>${space}</file>`
  );
}

/** NZBs as programs might write them; with `broken`, many are not well-formed or otherwise wrong. */
export function documents(broken: boolean): Arbitrary<string> {
  const types = fc.constantFrom("title", "password", "tag", "__proto__", "1");
  const meta = fc.tuple(types, contentTexts(broken)).map(([type, value]) => `<meta type="${type}">${value}</meta>`);
  const head = fc.array(meta, { maxLength: 4 }).map((all) => `<head>${all.join("\n")}</head>`);
  return fc.tuple(
    fc.constantFrom(...PROLOGUES),
    fc.option(head, { nil: "" }),
    fc.array(files(broken), { minLength: broken ? 0 : 1, maxLength: 4 }),
    spaces,
  ).map(([prologue, head, files, space]) =>
    `${prologue}<nzb xmlns="http://www.newzbin.com/DTD/2003/nzb" xmlns:x="y">${space}${head}${files.join("\n")}` +
    `${space}</nzb>\n`
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
