/** 1234567 as "1,234,567". Without `Intl`: loading that takes 40 ms, a tenth of a start of the program. */
export function formatCount(count: number): string {
  const [whole, ...fraction] = `${count}`.split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}
