import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { afterEach, beforeEach } from "vitest";
import { type LoadOptions, loadProject } from "../load-project.js";
import type { AppProject } from "../model.js";

/** Compose files in a directory `shop`, which exists for one test. */
export function composeFiles() {
  let root = "";
  beforeEach(async () => {
    root = join(await realpath(await mkdtemp(join(tmpdir(), "compose-"))), "shop");
    await mkdir(root);
  });
  afterEach(() => rm(dirname(root), { recursive: true }));

  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), content);
    }
  };
  const load = async (
    files: string | Readonly<Record<string, string>>,
    { sources = ["compose.yaml"], ...options }: LoadOptions & { sources?: string[] } = {},
  ): Promise<AppProject> => {
    await write(typeof files === "string" ? { "compose.yaml": files } : files);
    return loadProject(
      sources.map((name) => join(root, name)),
      { env: {}, cwd: root, ...options },
    );
  };
  const short = (file: string | undefined): string => (file ?? "").replace(`${root}/`, "");
  return {
    root: () => root,
    load,
    /** The request of the only service, which is called `web`; `body` are lines of its entry. */
    async request(body: string, rest = "", options: LoadOptions = {}): Promise<DeployRequest> {
      const { apps } = await load(service(body, rest), options);
      return apps[0]?.request as DeployRequest;
    },
    /** `file:line: key`, of all notes. */
    notesOf: ({ notes = [] }: AppProject): string[] =>
      notes.map(
        ({ key, locations }) => `${locations.map(({ file, line }) => `${short(file)}:${line}`).join(",")} ${key}`,
      ),
    /** `file:line: message`, of an invalid project. */
    async issues(files: Parameters<typeof load>[0], options: Parameters<typeof load>[1] = {}): Promise<string[]> {
      const error: unknown = await load(files, options).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error ?? new Error("expected an error");
      return error.issues.map(({ message, location }) => `${short(location?.file)}:${location?.line}: ${message}`);
    },
  };
}

/** A file with one service `web` of the image x. */
export const service = (body: string, rest = ""): string =>
  `services:\n  web:\n    image: x\n${body
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `    ${line}\n`)
    .join("")}${rest}`;
