import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isSigned } from "../../tasks/release/write_release.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { smallExe } from "./small_exe.ts";

const SIGN = fileURLToPath(new URL("../../tasks/sign.ts", import.meta.url));
const HAS_SIGNER = existsSync("/usr/bin/osslsigncode");

async function sign(file: string, env: Record<string, string>): Promise<string> {
  const args = ["run", "-A", "--no-check", SIGN, file];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** A certificate for programs and its key, as a PKCS #12 file in Base64. */
async function certificate(folder: string, password: string): Promise<string> {
  const [key, certificate, both] = ["key.pem", "certificate.pem", "both.p12"].map((name) => join(folder, name));
  const subject = ["-subj", "/CN=usync-db", "-addext", "extendedKeyUsage=codeSigning"];
  for (
    const args of [
      ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", ...subject],
      ["pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", both, "-passout", `pass:${password}`],
    ]
  ) {
    const { success, stderr } = await new Deno.Command("openssl", { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }
  return readFileSync(both).toString("base64");
}

Deno.test(`an executable is signed with the certificate that is there${HAS_SIGNER ? "" : " (needs osslsigncode)"}`, {
  ignore: !HAS_SIGNER,
}, () =>
  inTempFolder(async (folder) => {
    const file = join(folder, "usync-db.exe");
    writeFileSync(file, smallExe());
    assert.equal(
      await sign(file, { WINDOWS_CERTIFICATE: "" }),
      `${file} is not signed: WINDOWS_CERTIFICATE is not set\n`,
    );
    assert.ok(!isSigned(file));
    const password = "a b$";
    await sign(file, {
      ...{ WINDOWS_CERTIFICATE: await certificate(folder, password), WINDOWS_CERTIFICATE_PASSWORD: password },
    });
    assert.ok(isSigned(file));
  }));
