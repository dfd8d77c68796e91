/** Something that a reader or writer left out or found odd, with its place where there is one (counted from 1). */
export interface Note {
  line?: number;
  column?: number;
  /** A whole phrase, without the name of the input. */
  message: string;
  /** Whether input was refused: a line of NDJSON, rows of a database. It makes the import as a whole fail. */
  bad: boolean;
}
