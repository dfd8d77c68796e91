import { RemoteSession } from "../../src/client/remote_session.ts";
import { messageOf, UsyncError } from "../../src/domain/errors.ts";
import { listening, type ServeProcess, spawnServe } from "../../tests/support/test_service.ts";
import { CommandDriver } from "./command_driver.ts";
import { type Driver, Gone, kill, Refusal, type Workplace } from "./driver.ts";
import { perform, type Step } from "./step.ts";

/** A service in a process of its own, asked over HTTP, or by commands that work through it. */
export class ServiceDriver implements Driver {
  #workplace: Workplace;
  #commands: CommandDriver | undefined;
  #child: Deno.ChildProcess;
  #serving: Promise<ServeProcess>;
  #session: Promise<RemoteSession>;
  #killed = false;

  constructor(workplace: Workplace, byCommands: boolean) {
    this.#workplace = workplace;
    if (byCommands) this.#commands = new CommandDriver(workplace);
    this.#child = spawnServe(workplace.data);
    this.#serving = listening(this.#child);
    this.#session = this.#serving.then((service) => new RemoteSession(workplace.data, service));
    this.#session.catch(() => {}); // told by whoever waits for it
  }

  accepts(step: Step): boolean {
    return this.#commands ? this.#commands.accepts(step) : step.kind !== "import";
  }

  async perform(step: Step): Promise<unknown> {
    const { url, onProgress } = this.#workplace;
    try {
      const session = await this.#session;
      return await (this.#commands ? this.#commands.perform(step) : perform(session, step, url, onProgress));
    } catch (error) {
      if (this.#killed) throw new Gone("the service was killed");
      throw error instanceof UsyncError ? new Refusal(messageOf(error)) : error;
    }
  }

  signal(how: "SIGSTOP" | "SIGCONT"): void {
    kill(this.#child, how);
  }

  kill(): void {
    this.#killed = true;
    kill(this.#child);
  }

  async close(): Promise<void> {
    const serving = await this.#serving.catch((error) => {
      if (!this.#killed) throw error;
    });
    // Where there is no such signal, it ends at once.
    if (!this.#killed) this.#child.kill(Deno.build.os === "windows" ? "SIGKILL" : "SIGTERM");
    const end = await serving?.end();
    await (await this.#session.catch(() => undefined))?.close();
    const isGood = !end || this.#killed || Deno.build.os === "windows" || end.code === 0;
    if (!isGood) throw new Error(`the service failed:\n${end.stderr}`);
  }
}
