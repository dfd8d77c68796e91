import type { Monitor } from "../monitoring/monitor.ts";
import type { Session } from "../session/session.ts";
import type { ChangeFeed } from "./change_feed.ts";
import type { ImportJob } from "./import_job.ts";
import type { Slots } from "./limits.ts";
import type { Loads } from "./loads.ts";
import type { Metrics } from "./metrics.ts";
import type { MigrationJob } from "./migration_job.ts";

/** What the operations of a service work on. */
export interface Parts {
  session: Session;
  /** Where the session is measured. */
  monitor: Monitor | undefined;
  metrics: Metrics;
  loads: Loads;
  job: MigrationJob;
  imports: ImportJob;
  changes: ChangeFeed;
  /** For what reads or rewrites the whole store. */
  long: Slots;
  token: string;
}
