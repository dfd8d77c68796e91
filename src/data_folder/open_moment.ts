import type { Moment, MomentTotals } from "../store/moment.ts";
import type { BackendInUse } from "./backend_in_use.ts";
import type { WriteBarrier } from "./write_barrier.ts";

/** One state of a store between two writes, of the backend that is in charge then. */
export async function openMoment(inUse: BackendInUse, barrier: WriteBarrier): Promise<[Moment, MomentTotals]> {
  for (;;) {
    const { backend, end } = inUse.hold();
    const moment = await backend.openMoment().catch(async (error) => (await end(), Promise.reject(error)));
    const read: Moment = {
      parts: moment.parts,
      fix: () => moment.fix(),
      read: (part, known) => moment.read(part, known),
      close: once(() => moment.close().finally(end)),
    };
    try {
      const totals = await barrier.exclusive(async () => inUse.current === backend ? await read.fix() : undefined);
      if (totals) return [read, totals];
      await read.close(); // a migration has switched meanwhile
    } catch (error) {
      await read.close();
      throw error;
    }
  }
}

/** Does something at the first call only. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => done ??= work();
}
