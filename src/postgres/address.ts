import { UsyncError } from "../domain/errors.ts";

/** Whether what is sent is encrypted, and whose certificate is taken: libpq's `sslmode`. */
export type Encryption = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

export interface Host {
  host: string;
  port: number;
}

/** The address of a server, taken apart. What is left out, the client takes from libpq's environment variables. */
export interface Address {
  /** Of several hosts, the first one that takes writes is used. */
  hosts: Host[];
  user?: string;
  password?: string;
  database?: string;
  encryption: Encryption;
  /** The file with the certificates to trust. */
  rootCertificate?: string;
}

const SHAPE = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#@]*))?(?:\?([^#]*))?$/;
const ENCRYPTIONS = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/** Settings that addresses carry for libpq, and that change nothing here. */
const OTHERS = /^(target_session_attrs|channel_binding|connect_timeout|application_name|gssencmode|keepalives\w*)$/;

/** Takes `postgres://user:password@host:port,host2:port/database?sslmode=…` apart. Throws a `UsyncError`. */
export function parseAddress(url: string): Address {
  const [, login, hosts, database, settings] = SHAPE.exec(url) ?? [];
  if (hosts === undefined) throw wrong("it has another shape");
  const [user, ...password] = (login ?? "").split(":");
  const { encryption, rootCertificate } = parseSettings(settings ?? "");
  const address = {
    hosts: hosts.split(",").map(parseHost),
    user: decode(user) || undefined,
    password: decode(password.join(":")) || undefined,
    database: decode(database ?? "") || undefined,
    rootCertificate,
  };
  // On the machine itself there is nobody to listen, and it would cost time.
  const isHere = address.hosts.every(({ host }) => /^(localhost|127\..*|::1)$/.test(host));
  return { ...address, encryption: encryption ?? (isHere ? "disable" : "prefer") };
}

function parseHost(text: string): Host {
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  if (host === undefined) throw wrong("its host or port cannot be read");
  const number = Number(port ?? Deno.env.get("PGPORT") ?? 5432);
  if (!(number >= 1 && number <= 65535)) throw wrong(`there is no port ${number}`);
  return { host: decode(host.replace(/^\[|\]$/g, "")) || (Deno.env.get("PGHOST") ?? "localhost"), port: number };
}

function parseSettings(text: string): Pick<Address, "rootCertificate"> & { encryption?: Encryption } {
  const settings = new URLSearchParams(text), mode = settings.get("sslmode");
  const unknown = [...settings.keys()].find((name) => !OTHERS.test(name) && !/^ssl(mode|rootcert)$/.test(name));
  if (unknown !== undefined) throw wrong(`it has the setting "${unknown}", which is not known here`);
  if (mode !== null && mode !== "allow" && !ENCRYPTIONS.includes(mode)) throw wrong(`there is no sslmode "${mode}"`);
  return {
    encryption: mode === "allow" ? "prefer" : mode as Encryption | null ?? undefined,
    rootCertificate: settings.get("sslrootcert") ?? undefined,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong("it has a % without two hexadecimal digits");
  }
}

/** Says nothing of the address itself: it holds a password. */
function wrong(why: string): UsyncError {
  return new UsyncError(`Cannot use the address of the PostgreSQL server: ${why}`, {
    hint: "It is postgres://user:password@host:port/database. In the password, write % / ? # as %25 %2F %3F %23.",
  });
}
