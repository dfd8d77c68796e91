import config from "../../deno.json" with { type: "json" };

/**
 * The permissions of the executable (the set `executable` of deno.json) as flags of `deno compile` and `deno run`.
 *
 * `-P=executable` would do for neither: it resolves the set's paths against the folder of deno.json, so that an
 * executable could read and write in the folder that it was compiled in and nowhere else. What flags say stays relative
 * and is resolved when the program starts, against the folder that it is started in.
 *
 * `read`: what may be read besides, such as modules that the executable has inside.
 */
export function permissionFlags(read: string[] = []): string[] {
  const set = { ...config.permissions.executable, read: [...config.permissions.executable.read, ...read] };
  return Object.entries(set).map(([kind, values]) => `--allow-${kind}=${values.join(",")}`);
}
