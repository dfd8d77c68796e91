/** The folder of Windows. */
export function systemRoot(): string {
  return Deno.env.get("SystemRoot") ?? "C:\\Windows";
}
