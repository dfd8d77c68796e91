import assert from "node:assert/strict";
import { folderWarning, isNetworkType, riskOfPath } from "../../src/files/folder_risk.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const onWindows = (path: string, env: Record<string, string> = {}) =>
  riskOfPath(path, { isWindows: true, env: (name) => env[name] })?.on;
const elsewhere = (path: string) => riskOfPath(path, { isWindows: false, env: () => undefined })?.on;

Deno.test("data folder in what OneDrive, Dropbox or Google Drive copy is known by its path", () => {
  const env = { OneDriveCommercial: "D:\\Work files" };
  for (
    const [path, on] of [
      ["C:\\Users\\x\\OneDrive\\usync\\data", "OneDrive"],
      ["C:\\Users\\x\\OneDrive - Company\\data", "OneDrive"],
      ["D:\\work files\\data", "OneDrive"],
      ["C:\\Users\\x\\Dropbox (Personal)\\data", "Dropbox"],
      ["C:\\Users\\x\\Google Drive\\data", "Google Drive"],
      ["G:\\My Drive\\data", "Google Drive"],
      ["g:\\Meine Ablage", "Google Drive"],
      ["\\\\nas\\share\\data", "a network drive"],
      ["C:\\usync\\data", undefined],
      ["C:\\OneDriver\\Dropboxes\\data", undefined],
      ["C:\\My Drive backup\\data", undefined],
      ["D:\\Work files 2\\data", undefined],
      ["\\\\?\\C:\\usync\\data", undefined],
    ] as const
  ) assert.equal(onWindows(path, env), on, path);
  assert.equal(elsewhere("/Users/x/Library/CloudStorage/OneDrive-Personal/data"), "OneDrive");
  assert.equal(elsewhere("/Users/x/Library/CloudStorage/GoogleDrive-x@example.com/My Drive/data"), "Google Drive");
  assert.equal(elsewhere("/home/x/Dropbox/data"), "Dropbox");
  assert.equal(elsewhere("//home/x/data"), undefined);
});

Deno.test("network drive of Linux is known by the type of its file system", () => {
  for (const type of [0x6969, 0xff534d42, 0xff534d42 | 0, 0xfe534d42, 0x517b]) assert.ok(isNetworkType(type));
  for (const type of [0xef53, 0x01021994, 0x9123683e, 0]) assert.ok(!isNetworkType(type));
});

Deno.test("data folder on a disk of this machine gives no warning, one in a folder of Dropbox does", () =>
  inTempFolder(async (folder) => {
    assert.equal(folderWarning(folder), null);
    await Deno.mkdir(`${folder}/Dropbox`);
    assert.match(
      folderWarning(`${folder}/Dropbox`)!,
      /^the data folder is on Dropbox: it copies files while .* Move it to/,
    );
    assert.equal(folderWarning(`${folder}/none`), null);
  }));
