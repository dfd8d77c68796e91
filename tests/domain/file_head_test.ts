import assert from "node:assert/strict";
import fc from "fast-check";
import { flatHead, headText } from "../../src/domain/file_fields.ts";
import { fileRecords } from "../support/random_record.ts";

Deno.test("the text of a head is the JSON that stores have held from the beginning", () => {
  fc.assert(
    fc.property(fileRecords({ counts: fc.constant(0) }), (record) => {
      const { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta } = record;
      const folderParts = folder && [folder.folder_id, folder.path, folder.name, folder.meta ?? null];
      assert.equal(
        headText(flatHead(record)),
        JSON.stringify([file_id, folderParts, path, name, size, hash, subject, poster, groups, created_at, meta]),
      );
    }),
    { numRuns: 200 },
  );
});
