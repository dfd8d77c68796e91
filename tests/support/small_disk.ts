import assert from "node:assert/strict";
import { inTempFolder } from "./temp_folder.ts";

/** Whether small disks can be had: file systems in memory, which root can mount on Linux. */
export const CAN_MOUNT = Deno.build.os === "linux" && Deno.uid() === 0 && await canMount();

async function canMount(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  const { success } = await mount(folder, "size=1m").catch(() => ({ success: false }));
  if (success) await unmount(folder);
  await Deno.remove(folder);
  return success;
}

function mount(folder: string, options: string): Promise<Deno.CommandOutput> {
  return new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", options, "tmpfs", folder] }).output();
}

/** What the system, or a program that looks at all disks, holds for a moment may take some tries; what a test has left open stays. */
async function unmount(folder: string): Promise<void> {
  for (let tries = 10;; tries--) {
    const { success, stderr } = await new Deno.Command("umount", { args: [folder] }).output();
    if (success) return;
    assert.ok(tries > 0, new TextDecoder().decode(stderr));
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Makes a small disk one that can only be read. */
export async function makeReadOnly(disk: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("mount", { args: ["-o", "remount,ro", disk] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** Runs a test on a disk of so many bytes. */
export function onSmallDisk(bytes: number, run: (folder: string) => Promise<void>): Promise<void> {
  return onDisk(`size=${bytes}`, run);
}

/** Runs a test on a disk in memory with options of `mount`. */
export function onDisk(options: string, run: (folder: string) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const { success, stderr } = await mount(folder, options);
    assert.ok(success, new TextDecoder().decode(stderr));
    try {
      await run(folder);
    } finally {
      await unmount(folder);
    }
  });
}
