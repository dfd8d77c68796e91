/** Told about what goes on; whoever shows it decides how. */
export interface Report {
  /** A step begins, or something is worth telling: a whole sentence or phrase. */
  message(text: string): void;
  /** How far a step is, in bytes; `total` is undefined where it is not known. Called often. */
  progress(step: string, done: number, total: number | undefined): void;
}

/** Tells nobody. */
export const silent: Report = { message() {}, progress() {} };
