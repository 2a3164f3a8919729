import { DeploymentError } from "@openfactory/deploy-core";
import { findSources } from "./files/find-sources.js";
import { readTextFile } from "./files/read-file.js";
import { Findings } from "./findings.js";
import { readTree } from "./yaml/read-tree.js";
import { type Located, SourceText } from "./yaml/source-tree.js";

/** The names in app files and Compose files that a command line can use. */
export interface FileNames {
  /** Keys of apps, with the image as it is written. */
  apps: { name: string; image?: string }[];
  devices: string[];
  /** Profiles of Compose files. */
  profiles: string[];
}

/**
 * Reads the names in the files of a project, for shell completion. Ignores everything else: variables that are not set, invalid
 * keys, and files that are missing or not YAML. Reads no standard input.
 * @param sources files and directories, relative to the working directory of the process.
 */
export async function loadNames(sources: readonly string[], cwd: string): Promise<FileNames> {
  const names: FileNames = { apps: [], devices: [], profiles: [] };
  const { files } = await findSources(sources, cwd, new Findings());
  for (const { path } of files.filter(({ isStdin }) => !isStdin)) {
    try {
      // Variables are not replaced, so that no value can be shown.
      const tree = readTree(new SourceText(path, await readTextFile(path)), () => undefined, new Findings());
      for (const key of ["apps", "services"]) {
        for (const [name, app] of childrenOf(tree.find([key]))) {
          const image = app.children?.get("image")?.written;
          names.apps.push({ name, ...(image !== undefined && { image }) });
          names.profiles.push(...childrenOf(app.children?.get("profiles")).flatMap(([, { text }]) => text ?? []));
        }
      }
      names.devices.push(...childrenOf(tree.find(["devices"])).map(([name]) => name));
    } catch (error) {
      if (!DeploymentError.isInstance(error)) throw error;
    }
  }
  return names;
}

const childrenOf = (located: Located | undefined): [name: string, child: Located][] =>
  [...(located?.children ?? [])].map(([name, child]) => [String(name), child]);
