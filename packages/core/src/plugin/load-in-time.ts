import { pluginFailed } from "./plugin-kind.js";

/** How long a plugin may take to load, in milliseconds. */
export const LOAD_LIMIT_MS = 15_000;

/**
 * Loads a plugin's module; one that waits for something may do so for ever, and a process that has nothing else to do
 * would then just end.
 * @param label the kind of plugin, for the message.
 * @throws DeploymentError `PLUGIN_FAILED` once it takes too long; whatever the loading throws.
 */
export async function loadInTime(
  origin: string,
  load: () => Promise<unknown>,
  label = "strategy plugin",
): Promise<unknown> {
  const hint = "The plugin's module must not wait while it loads; report this to its author.";
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(pluginFailed({ label }, origin, `it has not loaded in ${LOAD_LIMIT_MS / 1000} s`, hint));
    timer = setTimeout(fail, LOAD_LIMIT_MS);
  });
  try {
    return await Promise.race([load(), late]);
  } finally {
    clearTimeout(timer);
  }
}
