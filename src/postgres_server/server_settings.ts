/** Name of the role that owns everything, and of the database. */
export const ROLE = "usync";

/** What the settings of a server depend on. */
export interface SettingsInput {
  /** Memory of the machine in bytes; undefined where it is not known. */
  memory: number | undefined;
  port: number;
}

const GB = 2 ** 30;

/**
 * The settings that follow the machine's memory, in MB. On a machine of 4 GB they are 256 MB of shared buffers, 16 MB
 * of work memory, 128 MB for maintenance and 1 GB of expected cache; half of that on smaller ones, and in proportion on
 * larger ones up to where more does not help a program that shares the machine with others.
 */
export function memorySettings(memory: number | undefined): Record<string, number> {
  const scale = Math.max(0.5, (memory ?? 4 * GB) / (4 * GB));
  return {
    shared_buffers: Math.round(Math.min(256 * scale, 4096)),
    work_mem: Math.round(Math.min(16 * scale, 64)),
    maintenance_work_mem: Math.round(Math.min(128 * scale, 1024)),
    effective_cache_size: Math.round(1024 * scale),
  };
}

/** The text of `usync.conf`, which `postgresql.conf` includes at its end. */
export function serverSettings({ memory, port }: SettingsInput): string {
  const megabytes = Object.entries(memorySettings(memory)).map(([name, value]) => `${name} = ${value}MB`);
  return [
    "# Written by usync-db at every start. Settings of your own: ALTER SYSTEM SET ...",
    "listen_addresses = '127.0.0.1'",
    `port = ${port}`,
    "unix_socket_directories = ''",
    "password_encryption = 'scram-sha-256'",
    "max_connections = 50",
    ...megabytes,
    "checkpoint_completion_target = 0.9",
    "wal_buffers = 16MB",
    "max_wal_size = 4GB",
    "random_page_cost = 1.1",
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "# One file a weekday, begun anew each week; statements are not logged, so that nothing can fill the disk.",
    "logging_collector = on",
    "log_directory = '../logs'",
    "log_filename = 'server-%a.log'",
    "log_rotation_age = 1d",
    "log_rotation_size = 0",
    "log_truncate_on_rotation = on",
    "log_file_mode = 0600",
    "log_min_error_statement = panic",
    "",
  ].join("\n");
}

/** Memory of the machine in bytes as far as we may know it. */
export function machineMemory(): number | undefined {
  try {
    return Deno.systemMemoryInfo().total || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Who may connect: with the password, from this machine, and nobody else. */
export const HOST_ACCESS = `# Written by usync-db.
# TYPE  DATABASE  USER  ADDRESS       METHOD
host    all       all   127.0.0.1/32  scram-sha-256
`;
