import { pluginFailed } from "./check-plugin.js";

/** How long a plugin may take to load, in milliseconds. */
export const LOAD_LIMIT_MS = 15_000;

/**
 * Loads a plugin's module; one that waits for something may do so for ever, and a process that has nothing else to do
 * would then just end.
 * @throws DeploymentError `PLUGIN_FAILED` once it takes too long; whatever the loading throws.
 */
export async function loadInTime(origin: string, load: () => Promise<unknown>): Promise<unknown> {
  const hint = "Tell its author: a plugin waits for nothing while it loads.";
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(pluginFailed(origin, `it has not loaded in ${LOAD_LIMIT_MS / 1000} s`, hint));
    timer = setTimeout(fail, LOAD_LIMIT_MS);
  });
  try {
    return await Promise.race([load(), late]);
  } finally {
    clearTimeout(timer);
  }
}
