/** What an input is, by its name. */
export interface Format {
  kind: "nzb" | "ndjson" | "usenetsync";
  gzip: boolean;
}

/**
 * The format of a file by its name, in whatever case: `.nzb`, `.ndjson` and `.jsonl`, each also with `.gz`, and `.db`;
 * undefined for every other name.
 */
export function detectFormat(name: string): Format | undefined {
  const match = /\.(nzb|ndjson|jsonl|db)(\.gz)?$/i.exec(name);
  if (match === null) return undefined;
  const gzip = match[2] !== undefined;
  switch (match[1].toLowerCase()) {
    case "nzb":
      return { kind: "nzb", gzip };
    case "db":
      return gzip ? undefined : { kind: "usenetsync", gzip };
    default:
      return { kind: "ndjson", gzip };
  }
}
