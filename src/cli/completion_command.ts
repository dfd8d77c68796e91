import { Argument, Command } from "commander";
import { contextOf } from "./command_context.ts";

const SHELLS = ["powershell", "bash", "zsh", "fish"] as const;
type Shell = typeof SHELLS[number];

/** What can be completed after a command: its subcommands and options. */
type Words = { path: string; words: string[] }[];

export function completionCommand(): Command {
  return new Command("completion")
    .description("print what makes a shell complete commands and options")
    .addArgument(new Argument("<SHELL>").choices(SHELLS))
    .action((shell: Shell, _options: unknown, command: Command) => {
      contextOf(command).terminal.write(completionScript(shell, wordsOf(command.parent!)));
    });
}

function wordsOf(command: Command, path = ""): Words {
  const options = command.options.flatMap(({ long, hidden }) => long && !hidden ? [long] : []);
  const below = command.commands.map((command) => command.name());
  return [
    { path, words: [...below, ...options, "--help"] },
    ...command.commands.flatMap((command) => wordsOf(command, `${path} ${command.name()}`.trim())),
  ];
}

/** The script of a shell. Options of the program itself are possible after every command. */
export function completionScript(shell: Shell, words: Words): string {
  const cases = words.filter(({ path }) => path !== "").map(({ path, words }) => [path, words.join(" ")]);
  const top = words.find(({ path }) => path === "")!.words.join(" ");
  switch (shell) {
    case "bash":
      return bash(cases, top);
    case "zsh":
      return `autoload -Uz bashcompinit && bashcompinit\n${bash(cases, top)}`;
    case "fish":
      return fish(cases, top);
    case "powershell":
      return powershell(cases, top);
  }
}

/** The words that are no options, up to the cursor, are the command. Other words are completed as files. */
function bash(cases: string[][], top: string): string {
  return `_usync_db() {
  local path="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${cases.map(([path]) => `      "${path.includes(" ") ? "" : " "}${path}") path="${path}" ;;`).join("\n")}
    esac
  done
  case "$path" in
${cases.map(([path, words]) => `    "${path}") words="${words}" ;;`).join("\n")}
    *) words="${top}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _usync_db usync-db
`;
}

function fish(cases: string[][], top: string): string {
  const lines = cases.map(([path, words]) => {
    const condition = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    return `complete -c usync-db -n '${condition}' -a '${words}'`;
  });
  return `complete -c usync-db -n __fish_use_subcommand -f -a '${top}'\n${lines.join("\n")}\n`;
}

function powershell(cases: string[][], top: string): string {
  const entries = cases.map(([path, words]) => `    '${path}' = '${words}'`).join("\n");
  return `Register-ArgumentCompleter -Native -CommandName usync-db, usync-db.exe -ScriptBlock {
  param($word, $ast, $position)
  $words = @{
${entries}
  }
  $path = ''
  foreach ($element in $ast.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $position) { break }
    $next = "$path $element".Trim()
    if ($words.ContainsKey($next)) { $path = $next }
  }
  $all = if ($path) { $words[$path] } else { '${top}' }
  $all.Split(' ') | Where-Object { $_.StartsWith($word) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_)
  }
}
`;
}
