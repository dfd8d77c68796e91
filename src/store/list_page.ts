import { checkLimit } from "./check_limit.ts";
import { run } from "./operation_layer.ts";
import { type Answer, type Args, type ListForm, QUERIES, type Queries } from "./operations.ts";

/** Queries that give a list. */
export type ListName = "files" | "folders" | "pending" | "segments";

/** A part of a list, and the text that `after` takes for what follows; null at its end. */
export interface ListPage<Item> {
  items: Item[];
  next: string | null;
}

type ItemOf<N extends ListName> = NonNullable<Answer<N>>[number];
/** What a list is asked for with. */
export type ListOptions = { limit?: number; after?: unknown; folder?: string };

/** A page of a list, of 100 items unless `limit` says otherwise; undefined where there is no such list. */
export async function listPage<N extends ListName>(
  store: Queries,
  name: N,
  options: ListOptions,
  given?: string,
): Promise<ListPage<ItemOf<N>> | undefined> {
  const { cursor } = QUERIES[name].answer as ListForm, limit = checkLimit(options.limit);
  const asked = { ...options, limit: limit + 1 };
  const found = await run(store, name, (given === undefined ? [asked] : [given, asked]) as unknown as Args<N>);
  if (!found) return undefined;
  const items = found.slice(0, limit) as ItemOf<N>[];
  return { items, next: found.length > limit ? cursor.write(cursor.after(items[limit - 1])) : null };
}

/** A page as JSON, in a service's answer and under `--json`. */
export function pageJson(name: ListName, { items, next }: ListPage<unknown>): Record<string, unknown> {
  return { [(QUERIES[name].answer as ListForm).key]: items, next };
}
