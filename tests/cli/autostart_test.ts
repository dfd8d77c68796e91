import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { desktopEntry, launchAgent, runValue } from "../../src/cli/autostart.ts";
import { runProcess } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";

Deno.test("command for the log-on of Windows starts minimised where the program was, and fits into 260 characters", () => {
  const program = { command: ["C:\\My app\\usync-db.exe", "--data", "D:\\d&t", "serve"], folder: "C:\\My app" };
  assert.equal(
    runValue(program),
    'cmd /c start "usync-db" /min /d "C:\\My app" "C:\\My app\\usync-db.exe" --data "D:\\d&t" serve',
  );
  const rest = runValue({ ...program, folder: "" }).length;
  const folder = "x".repeat(260 - rest);
  assert.equal(runValue({ ...program, folder }).length, 260);
  assert.throws(() => runValue({ ...program, folder: folder + "x" }), /too long for Windows \(261 characters\)/);
});

Deno.test("files for the log-on of Linux and macOS keep every letter of a path", () => {
  const program = { command: ["/opt/a b/usync-db", '/data/50% "x" $y \\ `z` <&>'], folder: "/opt/a b" };
  const entry = desktopEntry(program);
  assert.match(entry, /^Path=\/opt\/a b$/m);
  const [, exec] = /^Exec=(.*)$/m.exec(entry)!;
  const parts = [...exec.replaceAll("\\\\", "\\").matchAll(/"((?:[^"\\]|\\.)*)"/g)];
  assert.deepEqual(parts.map(([, part]) => part.replace(/\\(.)/g, "$1").replaceAll("%%", "%")), program.command);
  assert.match(launchAgent(program), /<string>\/data\/50% "x" \$y \\ `z` &lt;&amp;&gt;<\/string>/);
});

Deno.test({
  name: "serve --autostart writes what starts it at log-on, and removes it",
  ignore: Deno.build.os === "darwin", // it would start at the next log-on of whoever tests
  fn: () =>
    inDataFolder(async (data, folder) => {
      const run = async (to: string) => {
        const { code, stdout, stderr } = await runProcess(["--data", data, "--json", "serve", "--autostart", to], {
          env: { XDG_CONFIG_HOME: folder },
        });
        assert.equal(code, 0, stderr);
        return JSON.parse(stdout);
      };
      const { autostart, where } = await run("on");
      assert.equal(autostart, true);
      if (Deno.build.os === "linux") {
        assert.equal(where, join(folder, "autostart", "usync-db.desktop"));
        assert.match(readFileSync(where, "utf8"), /^Exec=.*"--data" ".*data" "serve" "--no-open"$/m);
      } else assert.match(await query(), /REG_SZ\s+cmd \/c start "usync-db" \/min \/d .* serve --no-open/);
      assert.deepEqual(await run("off"), { autostart: false, where: null });
      if (Deno.build.os === "linux") assert.ok(!existsSync(where));
      else assert.doesNotMatch(await query(), /usync-db/);
      assert.ok(!existsSync(data));
    }),
});

async function query(): Promise<string> {
  const args = ["query", "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"];
  const { stdout } = await new Deno.Command("C:\\Windows\\System32\\reg.exe", { args }).output();
  return new TextDecoder().decode(stdout);
}
