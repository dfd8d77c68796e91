import { existsSync } from "node:fs";
import { join } from "node:path";

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  json: "application/json",
};

/** A file of the page. */
export interface PageFile {
  type: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** The files of the page by the path they are served at; the executable has them inside. */
export async function pageFiles(): Promise<Map<string, PageFile>> {
  const files = new Map<string, PageFile>();
  const add = async (folder: string, prefix: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) await add(path, `${prefix}${name}/`);
      const type = TYPES[name.split(".").at(-1)!];
      if (!type) continue;
      files.set(name === "index.html" ? prefix : prefix + name, { type, bytes: await Deno.readFile(path) });
    }
  };
  const folder = join(import.meta.dirname!, "page");
  if (existsSync(folder)) await add(folder, "/");
  return files;
}
