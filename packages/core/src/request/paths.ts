import { posix } from "node:path";

/** Whether a path is absolute, on Linux or on Windows. */
export const isAbsolute = (path: string): boolean => path.startsWith("/") || /^[a-zA-Z]:[\\/]/.test(path);

/** The canonical form of a path in a container: `/data` for `/data/`, `//data` and `/x/../data`. */
export const normalizeTarget = (target: string): string =>
  posix
    .normalize(target)
    .replace(/^\/{2,}/, "/")
    .replace(/(?<=.)\/$/, "");
