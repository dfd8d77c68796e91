import type { FileSummary } from "../domain/records.ts";
import { checkLimit } from "../store/check_limit.ts";
import {
  type Args,
  type ChangeForm,
  CHANGES,
  type Changes,
  QUERIES,
  type Queries,
  type QueryForm,
} from "../store/operations.ts";
import type { SearchPage } from "../store/store.ts";
import type { Query, ServiceClient } from "./service_client.ts";

/** The most that a service lists at once. */
const PAGE = 10_000;
/** Letters of a text that fit into an address whatever they are. */
const LONGEST_TEXT = 5000;

interface Options {
  limit?: number;
  after?: unknown;
  [filter: string]: unknown;
}

/** Asks a service a query; the answer is that of the store. */
export async function askService<N extends keyof Queries>(
  client: ServiceClient,
  name: N,
  args: Args<N>,
): Promise<unknown> {
  const { path, given, mayBeLong, answer }: QueryForm = QUERIES[name];
  const { limit, after, ...filters } = (given ? args[1] : args[0]) as Options | undefined ?? {};
  const asked = { ...(given && { [given]: args[0] }), ...filters } as Query;
  if (answer.kind === "value") {
    const range = answer.hasLimit ? { limit: Math.min(checkLimit(limit), PAGE) } : {};
    return await client.find(path, { ...asked, ...range }) ?? answer.none?.value;
  }
  if (answer.kind === "list") {
    const most = answer.isWhole && limit === undefined ? Infinity : checkLimit(limit);
    const start = after === undefined ? undefined : answer.cursor.write(after);
    const found = await gather(most, start, async (range) => {
      const page = await client.find<Record<string, unknown>>(path, { ...asked, ...range });
      return page && { items: page[answer.key] as unknown[], next: page.next as string | null };
    });
    return found?.items;
  }
  const isLong = mayBeLong && String(args[0]).length > LONGEST_TEXT;
  const found = await gather(checkLimit(limit), after as string | undefined, async (range) => {
    const query = { ...asked, ...range };
    const page =
      await (isLong ? client.send<SearchPage>("POST", path, {}, { json: query }) : client.get<SearchPage>(path, query));
    return { items: page.files, next: page.next };
  });
  return { files: found!.items as FileSummary[], next: found!.next } satisfies SearchPage;
}

interface Page {
  items: unknown[];
  next: string | null;
}

/** Gathers so many items of pages; undefined where there is no first page. */
async function gather(
  limit: number,
  after: string | undefined,
  read: (range: { limit: number; after: string | undefined }) => Promise<Page | undefined>,
): Promise<Page | undefined> {
  const items: unknown[] = [];
  while (true) {
    const page = await read({ limit: Math.min(limit - items.length, PAGE), after });
    if (!page) return undefined;
    for (const item of page.items) items.push(item);
    if (page.next === null || items.length >= limit) return { items, next: page.next };
    after = page.next;
  }
}

/** Has a service do a change, whose argument is checked; the answer is that of the store. */
export async function changeInService(client: ServiceClient, name: keyof Changes, argument: unknown): Promise<unknown> {
  const { method, path, given, answer }: ChangeForm = CHANGES[name];
  const query = given ? { [given]: argument as string } : {}, sent = given ? {} : { json: argument };
  const answered = await client.send<Record<string, unknown>>(UPPER[method], path, query, sent);
  return answered[answer.key];
}

const UPPER = { put: "PUT", post: "POST", delete: "DELETE" } as const;
