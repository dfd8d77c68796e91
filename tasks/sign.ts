/**
 * Signs an executable for Windows (Authenticode), with osslsigncode: `deno task sign FILE`. The certificate with its key is
 * `WINDOWS_CERTIFICATE`, a PKCS #12 file in Base64, and `WINDOWS_CERTIFICATE_PASSWORD`; `WINDOWS_TIMESTAMP_URL` names a
 * server that attests the time. Without a certificate nothing is done, and said.
 */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [file] = Deno.args;
const [certificate, password, timestamp] = [
  ...["WINDOWS_CERTIFICATE", "WINDOWS_CERTIFICATE_PASSWORD", "WINDOWS_TIMESTAMP_URL"],
].map((name) => Deno.env.get(name) ?? "");
if (file === undefined) {
  console.error("Usage: deno task sign FILE");
  Deno.exit(2);
}
if (certificate === "") console.log(`${file} is not signed: WINDOWS_CERTIFICATE is not set`);
else Deno.exit(await sign(file));

async function sign(file: string): Promise<number> {
  const folder = await Deno.makeTempDir(), signed = `${file}.signed`;
  try {
    const [pkcs12, pass] = ["certificate.p12", "password"].map((name) => join(folder, name));
    writeFileSync(pkcs12, Buffer.from(certificate, "base64"), { mode: 0o600 });
    writeFileSync(pass, password, { mode: 0o600 });
    const stamp = timestamp === "" ? [] : ["-ts", timestamp];
    const { code } = await new Deno.Command("osslsigncode", {
      args: [
        "sign",
        "-pkcs12",
        pkcs12,
        "-readpass",
        pass,
        "-h",
        "sha256",
        "-n",
        "usync-db",
        ...stamp,
        "-in",
        file,
        "-out",
        signed,
      ],
    }).spawn().status;
    if (code === 0) renameSync(signed, file);
    return code;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
