import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** A path with a drive's letter is one of the engine's host, whatever this machine makes of it. */
export const isWindowsPath = (path: string): boolean => /^[a-zA-Z]:[\\/]/.test(path);

/** A path that a file names, as in Compose: a relative one counts from the file's folder, `~` is the home directory. */
export function pathFrom(written: string, file: string): string {
  const path = written.replace(/^~(?=\/|$)/, () => homedir());
  return isAbsolute(path) || isWindowsPath(path) ? path : join(dirname(file), path);
}
