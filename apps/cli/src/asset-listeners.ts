import { type AssetListener, DeploymentError, isAssetListener, whileWaiting } from "@openfactory/deploy-core";
import type { Io } from "./io.js";
import type { GlobalOptions } from "./options/context.js";
import { findPlugins } from "./plugins.js";

/** Time limit of a listener to start, and to close. */
const LIMIT_MS = 10_000;

/** The asset listeners of a command. */
export interface OpenAssetListeners {
  readonly listeners: readonly AssetListener[];
  /** Closes every listener. Never rejects. */
  close(): Promise<void>;
}

/**
 * Starts all available asset listeners. A listener that can't be loaded, started or closed is a warning, and the command
 * continues.
 * @param warn receives one sentence for each failure.
 */
export async function openAssetListeners(
  options: GlobalOptions,
  io: Io,
  warn: (reason: string) => void,
): Promise<OpenAssetListeners> {
  const { listeners: registry } = await findPlugins(options, io);
  const started = registry.names().map(async (name): Promise<AssetListener[]> => {
    try {
      const plugin = await registry.plugin(name);
      const listener = await withTimeLimit(name, "start", async () => plugin.create({ env: io.env, cwd: io.cwd }));
      if (isAssetListener(listener)) return [listener];
      throw new Error("create() did not return an asset listener");
    } catch (error) {
      warn(
        DeploymentError.isInstance(error)
          ? error.message
          : `The asset listener ${name} could not be started: ${firstLine(error)}.`,
      );
      return [];
    }
  });
  const listeners = (await Promise.all(started)).flat();
  const closeAll = listeners.map((listener) => async (): Promise<void> => {
    try {
      await withTimeLimit(listener.name, "close", async () => listener.close?.());
    } catch (error) {
      warn(`The asset listener ${listener.name} could not be closed: ${firstLine(error)}.`);
    }
  });
  return { listeners, close: async () => void (await Promise.all(closeAll.map((close) => close()))) };
}

/** @throws Error when the time limit has passed. */
async function withTimeLimit<Result>(name: string, action: string, work: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no response within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    const wait = { subject: `the asset listener ${name}`, action, level: "operation" } as const;
    return await whileWaiting(wait, () => Promise.race([work(), timedOut]));
  } finally {
    clearTimeout(timer);
  }
}

const firstLine = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
