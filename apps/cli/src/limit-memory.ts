import { statSync } from "node:fs";
import { resolve } from "node:path";

/** About 800 apps with environment and limits. */
const LARGE_FILES_BYTES = 256 * 1024;
const MANY_APPS = 800;

/**
 * V8 sizes its heap for speed: objects that live as long as the apps of a project make it reserve 64 MB for new objects, and
 * collect garbage only when the heap has several times the size of what is in use. These flags halve the memory of a run for
 * thousands of apps, and make it 10 to 25 % slower.
 */
const FLAGS = ["--semi-space-growth-factor=1", "--heap-growing-percent=30"];

/** Limits the memory for a project with large files, before they are read. */
export async function limitMemoryForFiles(sources: readonly string[], cwd: string): Promise<void> {
  const bytes = sources.reduce((total, path) => total + sizeOf(resolve(cwd, path)), 0);
  if (bytes > LARGE_FILES_BYTES) await limitMemory();
}

/** In bytes; 0 for a path that can't be read, which is an error of the reader. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

/** Limits the memory for a project of many apps, whose files are small. */
export async function limitMemoryForApps(apps: number): Promise<void> {
  if (apps > MANY_APPS) await limitMemory();
}

async function limitMemory(): Promise<void> {
  // Loaded on demand, because most projects are small.
  const { setFlagsFromString } = await import("node:v8");
  for (const flag of FLAGS) setFlagsFromString(flag);
}
