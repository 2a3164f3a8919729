import { type AssetListener, DeploymentError, isAssetListener } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { findPlugins } from "./find-plugins.js";

/** How long a listener may take to start, and to close, in milliseconds. */
const LIMIT_MS = 10_000;

/** The asset listeners of a command. */
export interface OpenListeners {
  readonly listeners: readonly AssetListener[];
  /** Lets every listener finish. Never rejects. */
  close(): Promise<void>;
}

/**
 * Starts all asset listeners that are known here. One that can't be loaded or started is a warning: it fails no command.
 * @param warn receives one sentence for each.
 */
export async function openListeners(
  options: GlobalOptions,
  io: Io,
  warn: (reason: string) => void,
): Promise<OpenListeners> {
  const { listeners: registry } = await findPlugins(options, io);
  const started = registry.names().map(async (name): Promise<AssetListener[]> => {
    try {
      const plugin = await registry.plugin(name);
      const listener = await inTime(async () => plugin.create({ env: io.env, cwd: io.cwd }));
      if (isAssetListener(listener)) return [listener];
      throw new Error("what it creates is no listener");
    } catch (error) {
      warn(
        DeploymentError.isInstance(error)
          ? error.message
          : `The asset listener ${name} does not start: ${lineOf(error)}.`,
      );
      return [];
    }
  });
  const listeners = (await Promise.all(started)).flat();
  const closeAll = listeners.map((listener) => async (): Promise<void> => {
    try {
      await inTime(async () => listener.close?.());
    } catch (error) {
      warn(`The asset listener ${listener.name} does not close: ${lineOf(error)}.`);
    }
  });
  return { listeners, close: async () => void (await Promise.all(closeAll.map((close) => close()))) };
}

/** @throws Error at the time limit. */
async function inTime<Result>(work: () => Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const lineOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
