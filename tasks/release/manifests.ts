import { stringify } from "yaml";

/** The executable for Windows as it is downloaded. */
export interface Download {
  version: string;
  /** The address of the project's page. */
  address: string;
  /** The address of the executable. */
  url: string;
  sha256: string;
}

const DESCRIPTION = "The database for Usenet segments that nobody has to administer";
/** Where winget keeps the package. */
const IDENTIFIER = "usync.usync-db";
const WINGET_VERSION = "1.10.0";

/** The three manifests of winget, by their files' names. */
export function wingetManifests({ version, address, url, sha256 }: Download): Record<string, string> {
  const manifest = (type: string, content: Record<string, unknown>) =>
    stringify({
      PackageIdentifier: IDENTIFIER,
      PackageVersion: version,
      ...content,
      ManifestType: type,
      ManifestVersion: WINGET_VERSION,
    });
  return {
    [`${IDENTIFIER}.yaml`]: manifest("version", { DefaultLocale: "en-US" }),
    [`${IDENTIFIER}.installer.yaml`]: manifest("installer", {
      InstallerType: "portable",
      Commands: ["usync-db"],
      Installers: [{ Architecture: "x64", InstallerUrl: url, InstallerSha256: sha256.toUpperCase() }],
    }),
    [`${IDENTIFIER}.locale.en-US.yaml`]: manifest("defaultLocale", {
      PackageLocale: "en-US",
      Publisher: "usync-db",
      PackageName: "usync-db",
      PackageUrl: address,
      License: "MIT",
      ShortDescription: DESCRIPTION,
    }),
  };
}

/** The manifest of scoop. */
export function scoopManifest({ version, address, url, sha256 }: Download): string {
  const manifest = {
    version,
    description: DESCRIPTION,
    homepage: address,
    license: "MIT",
    architecture: { "64bit": { url, hash: sha256 } },
    bin: "usync-db.exe",
    checkver: "github",
    autoupdate: { architecture: { "64bit": { url: url.replaceAll(version, "$version") } } },
  };
  return JSON.stringify(manifest, null, 4) + "\n";
}
