import { isInOwnServer, type Place } from "./manifest.ts";
import { parseAddress } from "../postgres/address.ts";

/** Where something lies, in words without a password. */
export function whereText(place: Place): string {
  if (isInOwnServer(place)) return "the PostgreSQL of the data folder";
  if (!place.url) return place.folder;
  const { hosts, database } = parseAddress(place.url),
    servers = hosts.map(({ host, port }) => `${host}:${port}`).join();
  return database === undefined ? servers : `the database ${database} of ${servers}`;
}
