/** Whether all is run (`deno task test:all`): long loops, many versions, every kill. */
export const IS_THOROUGH = Deno.env.get("USYNC_TEST_ALL") === "1";

/** How often a loop of a test runs: as USYNC_TEST_RUNS says, else `all` times for `deno task test:all` and `few` otherwise. */
export function runs(few: number, all: number): number {
  return Number(Deno.env.get("USYNC_TEST_RUNS") ?? (IS_THOROUGH ? all : few));
}
