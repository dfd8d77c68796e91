import type { Command } from "commander";

/** Command lines that show what a command is for, by its name; each is shown in its help. */
export const EXAMPLES: Record<string, string[]> = {
  "": ["", "import holiday.nzb", "search holiday", "serve"],
  "import": ["import holiday.nzb", "import D:\\nzbs usenetsync.db", "import - < uploads.ndjson"],
  "imports": ["imports", "imports --limit 100 --json"],
  "export": ["export --all --output all.ndjson.gz", "export --folder nzb-1 --output holiday.nzb"],
  "files": ["files --limit 20", "files --folder f-1", "files --newest"],
  "folders": ["folders", "folders --limit 1000"],
  "segments": ["segments notes"],
  "find": ["find part1of2.abc@example.com"],
  "search": ["search holiday part1", "search holi* --limit 50"],
  "pending": ["pending", "pending --limit 1000"],
  "delete": ["delete notes", "delete --folder f-1"],
  "status": ["status", "status --json"],
  "serve": ["serve", "serve --no-open --port 7000", "serve --autostart on"],
  "open": ["open"],
  "migrate": ["migrate", "migrate --to postgres", "migrate --back", "migrate --discard-old"],
  "backup": ["backup E:\\backup", "backup E:\\backup --keep 7d,4w,12m", "backup E:\\backup --verify"],
  "restore": ["restore E:\\backup --data D:\\restored", "restore E:\\backup --data D:\\restored --at 2026-11-27"],
  "verify": ["verify", "verify --repair --from E:\\backup"],
  "optimize": ["optimize"],
  "config": ["config get", "config set sqlite.max-content-bytes 500GB"],
  "config get": ["config get", "config get sqlite.max-segments"],
  "config set": ["config set sqlite.max-segments 2M", "config set inbox D:\\inbox"],
  "postgres": ["postgres install", "postgres status"],
  "postgres install": ["postgres install", "postgres install --archive postgresql.zip"],
  "postgres upgrade": ["postgres upgrade", "postgres upgrade --archive postgresql.zip"],
  "postgres start": ["postgres start"],
  "postgres stop": ["postgres stop"],
  "postgres status": ["postgres status"],
  "postgres uninstall": ["postgres uninstall", "postgres uninstall --delete-data"],
  "version": ["version", "version --check"],
  "completion": [
    "completion powershell >> $PROFILE",
    "completion bash > ~/.local/share/bash-completion/completions/usync-db",
  ],
};

/** Puts examples into the help of a command and of all below it. */
export function addExamples(command: Command, path: string[] = []): void {
  const lines = EXAMPLES[path.join(" ")].map((line) => `  usync-db ${line}`.trimEnd());
  command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
  for (const below of command.commands) addExamples(below, [...path, below.name()]);
}
