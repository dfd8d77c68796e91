/** Numbers in ascending order as a text: "3,17,20-25". */
export function formatRanges(numbers: Iterable<number>): string {
  const ranges: string[] = [];
  let first = NaN, last = NaN;
  const end = () => {
    if (!Number.isNaN(first)) ranges.push(first === last ? `${first}` : `${first}-${last}`);
  };
  for (const number of numbers) {
    if (number !== last + 1) {
      end();
      first = number;
    }
    last = number;
  }
  end();
  return ranges.join();
}

/** The numbers that a text of `formatRanges` stands for. Throws a `RangeError` when it is none, or has a number above `max`. */
export function parseRanges(text: string, max: number): Set<number> {
  const numbers = new Set<number>();
  if (text === "") return numbers;
  for (const range of text.split(",")) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (first === undefined || Number(last) > max) throw new RangeError(`no lines: ${range}`);
    for (let number = Number(first); number <= Number(last); number++) numbers.add(number);
  }
  return numbers;
}
