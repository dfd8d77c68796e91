import path from "node:path";

/** Where everything of one PostgreSQL server lies; all of it below `<data folder>/postgres`. */
export interface ServerLayout {
  /** `<data folder>/postgres`, absolute. */
  readonly root: string;
  /**
   * The installed binaries: `bin`, `lib` and `share`. Always of this name: the executable may run these programs only, and
   * Deno knows no permission for all that is in a folder.
   */
  readonly binaries: string;
  /** The database cluster (PGDATA). */
  readonly cluster: string;
  /** Logs of the server, and `start.log` of the last start. */
  readonly logs: string;
  /** Unfinished and finished downloads, removed once installed. */
  readonly downloads: string;
  /** `ServerState` as JSON. */
  readonly stateFile: string;
  /** The password of the role `usync`, readable by the user only. */
  readonly passwordFile: string;
  /** Locked exclusively while something here is changed. */
  readonly lockFile: string;
  /** Locked shared by every program that uses a server which is not meant to stay. */
  readonly usersFile: string;
}

/** The layout below a data folder (which need not exist). */
export function serverLayout(dataFolder: string): ServerLayout {
  const root = path.join(path.resolve(dataFolder), "postgres");
  return {
    root,
    binaries: path.join(root, "binaries"),
    cluster: path.join(root, "cluster"),
    logs: path.join(root, "logs"),
    downloads: path.join(root, "downloads"),
    stateFile: path.join(root, "server.json"),
    passwordFile: path.join(root, "password"),
    lockFile: path.join(root, "lock"),
    usersFile: path.join(root, "users"),
  };
}
