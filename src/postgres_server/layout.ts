import path from "node:path";

/**
 * The folders that a data folder has room for a server in. There are two, so that a store can move from one version of
 * PostgreSQL to another; and no more, for the executable may run programs of these folders only.
 */
export const SERVER_FOLDERS = ["postgres", "postgres-2"] as const;

/** The folder of a server inside the data folder. */
export type ServerFolder = typeof SERVER_FOLDERS[number];

/** Where everything of one PostgreSQL server lies; all of it below its folder. */
export interface ServerLayout {
  /** `<data folder>/<server folder>`, absolute. */
  readonly root: string;
  /**
   * The installed binaries: `bin`, `lib` and `share`. Always of this name: the executable may run these programs only, and
   * Deno knows no permission for all that is in a folder.
   */
  readonly binaries: string;
  /** The binaries that others have replaced, until these have started the server. */
  readonly replacedBinaries: string;
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
export function serverLayout(dataFolder: string, folder: ServerFolder = "postgres"): ServerLayout {
  const root = path.join(path.resolve(dataFolder), folder);
  return {
    root,
    binaries: path.join(root, "binaries"),
    replacedBinaries: path.join(root, "binaries.old"),
    cluster: path.join(root, "cluster"),
    logs: path.join(root, "logs"),
    downloads: path.join(root, "downloads"),
    stateFile: path.join(root, "server.json"),
    passwordFile: path.join(root, "password"),
    lockFile: path.join(root, "lock"),
    usersFile: path.join(root, "users"),
  };
}
