import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The version of this package. */
export async function suiteVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  return String(version);
}

/** Name and version of the package of a folder: of the closest `package.json` that has both. */
export async function closestPackage(folder: string): Promise<{ name: string; version: string } | undefined> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => "{}");
  const { name, version } = parse(text);
  if (typeof name === "string" && typeof version === "string") return { name, version };
  return dirname(folder) === folder ? undefined : closestPackage(dirname(folder));
}

function parse(text: string): { name?: unknown; version?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
