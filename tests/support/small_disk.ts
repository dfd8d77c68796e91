import assert from "node:assert/strict";
import { inTempFolder } from "./temp_folder.ts";

/** Whether small disks can be had: file systems in memory, which root can mount on Linux. */
export const CAN_MOUNT = Deno.build.os === "linux" && Deno.uid() === 0 && await canMount();

async function canMount(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  const { success } = await mount(folder, 1e6).catch(() => ({ success: false }));
  if (success) await unmount(folder);
  await Deno.remove(folder);
  return success;
}

function mount(folder: string, bytes: number): Promise<Deno.CommandOutput> {
  return new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder] }).output();
}

async function unmount(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("umount", { args: [folder] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Makes a small disk one that can only be read. */
export async function makeReadOnly(disk: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("mount", { args: ["-o", "remount,ro", disk] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Runs a test on a disk of so many bytes. */
export function onSmallDisk(bytes: number, run: (folder: string) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const { success, stderr } = await mount(folder, bytes);
    assert.ok(success, new TextDecoder().decode(stderr));
    try {
      await run(folder);
    } finally {
      await unmount(folder);
    }
  });
}
