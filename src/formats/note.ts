/** Where in an input something is: both count from 1. */
export interface SourcePosition {
  line: number;
  column: number;
}

/** Something that a reader or writer left out or found odd, with its position where there is one. */
export interface Note extends Partial<SourcePosition> {
  /** A whole phrase, without the name of the input. */
  message: string;
  /** Whether input was refused: a line of NDJSON, rows of a database. It makes the import as a whole fail. */
  bad: boolean;
}
