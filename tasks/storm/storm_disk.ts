import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freeBytes } from "../../src/files/full_disk.ts";

/** Bytes of the disk that a storm takes place on: enough for all stores of it, and a server. */
const DISK_BYTES = 1_500_000_000;

/** A disk in memory that a storm fills, and on which files cannot be removed for a while. Needs root on Linux. */
export class StormDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async mount(folder: string): Promise<StormDisk> {
    await Deno.mkdir(folder);
    await run("mount", "-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", folder);
    await Deno.chmod(folder, 0o755);
    return new StormDisk(folder);
  }

  /** Leaves so many bytes. */
  async fill(leave: number): Promise<void> {
    const bytes = freeBytes(this.folder) - leave;
    if (bytes > 0) await run("fallocate", "-l", `${bytes}`, this.#filler);
  }

  get #filler(): string {
    return join(this.folder, "filler");
  }

  /** Makes the shards there files that nobody can remove: something is mounted on each. */
  async hold(): Promise<void> {
    for (
      const folder of [...Deno.readDirSync(join(this.folder, "data"))].filter(({ name }) => /^sqlite-\d+$/.test(name))
    ) {
      const path = join(this.folder, "data", folder.name);
      for (const { name } of Deno.readDirSync(path)) {
        if (name.endsWith(".sqlite")) await run("mount", "--bind", join(path, name), join(path, name));
      }
    }
  }

  /** Ends what `fill` and `hold` have done. */
  async relieve(): Promise<void> {
    rmSync(this.#filler, { force: true });
    for (const path of this.#mounts().filter((path) => path !== this.folder)) await run("umount", "--lazy", path); // who has opened a file by it still has it
  }

  /** What is mounted there, the disk itself first. */
  #mounts(): string[] {
    const paths = readFileSync("/proc/self/mountinfo", "utf8").split("\n")
      .map((line) => line.split(" ")[4]?.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8))));
    return paths.filter((path) => path === this.folder || path?.startsWith(`${this.folder}/`));
  }

  async unmount(): Promise<void> {
    await this.relieve();
    await run("umount", this.folder);
    await Deno.remove(this.folder);
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
