import config from "../deno.json" with { type: "json" };

/**
 * The flags of V8 that the program runs with, from the task `start`, the one place where they stand: a small young
 * generation, which every worker has one of, keeps the memory within its bounds and costs nothing measurable.
 */
export const V8_FLAGS: string = /--v8-flags=\S+/.exec(config.tasks.start)![0];
