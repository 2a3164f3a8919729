import { createHash } from "node:crypto";
import type { LockHolder } from "@openfactory/deploy-core";
import { type Folders, readFiles, removeFiles, withLock, writeFiles } from "./node/files.js";
import type { Host } from "./node/host.js";

/** Locks of projects: files with their holders, which outlive the process that takes them. */
export class ProjectLocks {
  readonly #host: Host;
  readonly #folders: Folders;

  constructor(host: Host, folders: Folders) {
    this.#host = host;
    this.#folders = folders;
  }

  lock(name: string, holder: LockHolder, signal?: AbortSignal): Promise<LockHolder | undefined> {
    return this.#change(name, signal, async (path, held) => {
      if (held === undefined) await writeFiles(this.#host, [{ path, content: JSON.stringify(holder) }]);
      return held;
    });
  }

  async unlock(name: string, holderId: string, signal?: AbortSignal): Promise<void> {
    await this.#change(name, signal, async (path, held) => {
      if (held?.id === holderId) await removeFiles(this.#host, [path]);
    });
  }

  /** A name may have any characters, so its file has the name of its hash. */
  #change<Result>(
    name: string,
    signal: AbortSignal | undefined,
    work: (path: string, held: LockHolder | undefined) => Promise<Result>,
  ): Promise<Result> {
    const hash = createHash("sha256").update(name).digest("hex");
    const path = `${this.#folders.state}/.project-locks/${hash}.json`;
    return withLock(this.#host, this.#folders, `project.${hash}`, signal, async () => {
      const { files } = await readFiles(this.#host, [path], signal);
      const held = files.get(path);
      return work(path, held === undefined ? undefined : (JSON.parse(held) as LockHolder));
    });
  }
}
