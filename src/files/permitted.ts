/** Whether this program may read and write what is at a path, without a question on the terminal: it would stop everything. */
export async function isPermitted(path: string): Promise<boolean> {
  for (const name of ["read", "write"] as const) {
    if ((await Deno.permissions.query({ name, path })).state !== "granted") return false;
  }
  return true;
}

/** Asks on the terminal for what is not permitted there; nobody is asked elsewhere. */
export async function askFor(path: string): Promise<void> {
  for (const name of ["read", "write"] as const) await Deno.permissions.request({ name, path });
}
