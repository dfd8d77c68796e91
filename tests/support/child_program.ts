import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const MOD = new URL("../../src/mod.ts", import.meta.url).href;

/** The command line that runs a program's text, in which `openStore` of src/mod.ts is there. */
export function programArgs(code: string): string[] {
  const text = `import { openStore } from ${JSON.stringify(MOD)};\n${code}`;
  return ["run", "-A", "--quiet", "--no-check", "--config", CONFIG, `data:text/javascript,${encodeURIComponent(text)}`];
}

/** Starts a program in a process of its own. */
export function spawnProgram(code: string): Deno.ChildProcess {
  const args = programArgs(code);
  return new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
}

/** The lines that a program prints, as they come. */
export function linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  return split(stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>));
}

async function* split(texts: ReadableStream<string>): AsyncGenerator<string> {
  let rest: string[] = [];
  for await (const text of texts) {
    const lines = text.split("\n");
    for (const end of lines.slice(0, -1)) {
      yield [...rest, end].join("").replace(/\r$/, "");
      rest = [];
    }
    rest.push(lines[lines.length - 1]);
  }
}
