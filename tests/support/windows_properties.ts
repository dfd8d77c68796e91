import { NtExecutable, NtExecutableResource } from "pe-library";
import { Resource } from "resedit";

/** What Windows shows of an executable. */
export interface WindowsProperties {
  icons: number;
  /** Such as `ProductName`, in English. */
  texts: Record<string, string>;
}

/** Reads them out of the bytes of an executable for Windows. */
export function propertiesOf(bytes: Uint8Array): WindowsProperties {
  const { entries } = NtExecutableResource.from(NtExecutable.from(bytes));
  const [version] = Resource.VersionInfo.fromEntries(entries);
  return {
    icons: Resource.IconGroupEntry.fromEntries(entries).length,
    texts: version.getStringValues({ lang: 1033, codepage: 1200 }),
  };
}
