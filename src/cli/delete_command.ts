import { Command } from "commander";
import type { Session } from "../session/session.ts";
import { agree } from "./ask.ts";
import { contextOf, fail, withSession } from "./command_context.ts";
import { oneLine, plural } from "./format_text.ts";

const HELP = `
Files are deleted with their segments, for good. With --folder it says how many files there are and asks.

--json: {"deleted": n, "missing": ["FILE_ID"…]}; with missing ones the exit status is 1.`;

/** Files that are read at a time. */
const FILES_AT_ONCE = 1000;

export function deleteCommand(): Command {
  return new Command("delete")
    .description("delete files, or all files of a folder")
    .argument("[FILE_ID...]")
    .option("--folder <id>", "the files of this folder")
    .addHelpText("after", HELP)
    .action(async (fileIds: string[], { folder }: { folder?: string }, command: Command) => {
      if ((fileIds.length > 0) === (folder !== undefined)) {
        command.error("error: name the files to delete, or --folder");
      }
      const context = contextOf(command), { terminal } = context;
      await withSession(context, false, async (session) => {
        const result = folder === undefined
          ? await deleteFiles(session, fileIds)
          : await deleteFolder(session, folder, (files) =>
            agree(
              `Delete ${plural(files, "file")} of the folder ${oneLine(folder)}?`,
              context.options,
              "Run again with --yes.",
            ));
        terminal.result(result, `Deleted ${plural(result.deleted, "file")}.`);
        if (result.missing.length === 0) return;
        fail();
        if (!terminal.json) terminal.message(oneLine(`There is no file ${result.missing.join(", ")}.`));
      });
    });
}

async function deleteFiles(session: Session, fileIds: Iterable<string>) {
  const result = { deleted: 0, missing: [] as string[] };
  for (const fileId of fileIds) {
    if (await session.deleteFile(fileId)) result.deleted++;
    else result.missing.push(fileId);
  }
  return result;
}

async function deleteFolder(session: Session, folder: string, isAgreed: (files: number) => Promise<boolean>) {
  const fileIds: string[] = [];
  while (true) {
    const page = await session.files({ folder, limit: FILES_AT_ONCE, after: fileIds.at(-1) });
    for (const { file_id } of page) fileIds.push(file_id);
    if (page.length < FILES_AT_ONCE) break;
  }
  if (fileIds.length > 0 && !await isAgreed(fileIds.length)) return { deleted: 0, missing: [] };
  return await deleteFiles(session, fileIds);
}
