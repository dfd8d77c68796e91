/** Bytes that can be read more than once. */
export interface ByteSource {
  /** The bytes from their beginning; who stops before their end gives them up. */
  open(): AsyncIterable<Uint8Array>;
}

/** A source whose first bytes were looked at. */
export interface PeekedSource extends ByteSource {
  /** As many as were asked for, where there are as many. */
  start: Uint8Array;
  /** Gives up what was opened to look at it, and not read since. */
  close(): Promise<void>;
}

/** Looks at the first `count` bytes of a source; who opens it then first reads on, so that nothing is opened twice. */
export async function peek(source: ByteSource, count: number): Promise<PeekedSource> {
  const bytes = source.open()[Symbol.asyncIterator](), pieces: Uint8Array[] = [];
  let size = 0, isAtEnd = false;
  while (size < count && !isAtEnd) {
    const { done, value } = await bytes.next();
    isAtEnd = done === true;
    if (done) break;
    pieces.push(value);
    size += value.length;
  }
  const close = async () => void await bytes.return?.();
  const readOn = async function* () {
    try {
      yield* pieces;
      while (!isAtEnd) {
        const { done, value } = await bytes.next();
        if (done) return;
        yield value;
      }
    } finally {
      await close();
    }
  };
  let isOpened = false;
  const open = () => {
    if (isOpened) return source.open();
    isOpened = true;
    return readOn();
  };
  return { start: firstOf(pieces, Math.min(size, count)), open, close };
}

function firstOf(pieces: Uint8Array[], count: number): Uint8Array {
  const first = new Uint8Array(count);
  let at = 0;
  for (const piece of pieces) {
    const part = piece.subarray(0, count - at);
    first.set(part, at);
    at += part.length;
  }
  return first;
}
