import { z } from "zod";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";

/** Imports of paths of this machine, and the history of all imports. */
export function importRoutes({ session, imports }: Parts): Route[] {
  return [
    route({
      method: "get",
      path: "/api/imports",
      summary: "The last imports, whoever asked for them, newest first.",
      answer: { schema: z.object({ imports: z.array(shapes.importRecord) }) },
      handle: async () => ({ imports: await session.imports() }),
    }),
    route({
      method: "post",
      path: "/api/imports",
      summary: "Adds an import to these, as usync-db's own commands do after they have sent what they read.",
      json: shapes.importRecord,
      answer: { schema: z.object({}) },
      handle: async ({ body }) => {
        await session.noteImport(body);
        return {};
      },
    }),
    route({
      method: "get",
      path: "/api/import-paths",
      summary: "The import of paths that runs, else the last one.",
      answer: { schema: shapes.importState },
      handle: () => imports.state,
    }),
    route({
      method: "post",
      path: "/api/import-paths",
      summary: "Starts an import of files or folders of the machine that the service runs on.",
      json: z.strictObject({ paths: z.array(z.string().min(1).max(32_768)).min(1).max(1000) }),
      answer: { status: 202, schema: shapes.importState },
      failures: [409],
      handle: ({ body: { paths } }) => {
        imports.start(paths);
        return imports.state;
      },
    }),
    route({
      method: "delete",
      path: "/api/import-paths",
      summary: "Cancels the import of paths that runs. What was stored before stays.",
      answer: { schema: shapes.importState },
      handle: async () => {
        await imports.cancel();
        return imports.state;
      },
    }),
  ];
}
