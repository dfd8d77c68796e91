import {
  type Answer,
  type Args,
  CHANGES,
  type Changes,
  type OperationName,
  type Operations,
  QUERIES,
  type Queries,
} from "./operations.ts";

type Method = (this: OperationLayer, ...args: unknown[]) => unknown;

/**
 * Does all queries in one way, and all changes in one: it has every method of `Queries`, which calls `query` with the
 * method's name and arguments, and every one of `Changes`, which calls `change`.
 */
export abstract class OperationLayer {
  protected abstract query<N extends keyof Queries>(name: N, args: Args<N>): Promise<Answer<N>>;
  protected abstract change<N extends keyof Changes>(name: N, args: Args<N>): Promise<Answer<N>>;

  static {
    const methods = this.prototype as unknown as Record<OperationName, Method>;
    for (const name of Object.keys(QUERIES) as (keyof Queries)[]) {
      methods[name] = function (...args) {
        return this.query(name, args as Args<typeof name>);
      };
    }
    for (const name of Object.keys(CHANGES) as (keyof Changes)[]) {
      methods[name] = function (...args) {
        return this.change(name, args as Args<typeof name>);
      };
    }
  }
}

/** The methods, as the class gives them to itself. */
export interface OperationLayer extends Operations {}

/** Has a store do an operation that it has. */
export function run<N extends OperationName>(store: Partial<Operations>, name: N, args: Args<N>): Promise<Answer<N>> {
  return (store[name] as (...args: Args<N>) => Promise<Answer<N>>).apply(store, args);
}
