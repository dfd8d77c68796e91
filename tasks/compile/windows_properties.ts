import { readFileSync, writeFileSync } from "node:fs";
import { NtExecutable, NtExecutableResource } from "pe-library";
import { Resource } from "resedit";

/** English of the USA and Unicode: what Windows asks for first. */
const LANGUAGE = { lang: 1033, codepage: 1200 };

/** What Windows shows of a program in its file's properties, and in the questions that it asks about it. */
export function writeProperties(path: string, version: string): void {
  const executable = NtExecutable.from(readFileSync(path)), resources = NtExecutableResource.from(executable);
  const properties = Resource.VersionInfo.createEmpty();
  properties.lang = LANGUAGE.lang;
  properties.setFileVersion(version, LANGUAGE.lang);
  properties.setProductVersion(version, LANGUAGE.lang);
  properties.setStringValues(LANGUAGE, {
    FileDescription: "usync-db: the database for Usenet segments",
    ProductName: "usync-db",
    CompanyName: "usync-db",
    InternalName: "usync-db",
    OriginalFilename: "usync-db.exe",
    LegalCopyright: "MIT license",
    FileVersion: version,
    ProductVersion: version,
  });
  properties.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  writeFileSync(path, new Uint8Array(executable.generate()));
}
