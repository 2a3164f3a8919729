import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadProject, readPolicy, validateFor } from "@openfactory/app-file";
import { load } from "js-yaml";
import { commandLinesOf, problemOfLine } from "./command-lines.js";
import { type CodeBlock, root } from "./pages.js";

type Mapping = Record<string, unknown>;

/** The smallest file that contains a fragment at a path such as `apps.web`. */
const AROUND: Record<string, Mapping> = {
  app: { uuid: "APP-1", image: "demo:1" },
  device: { uuid: "DEVICE-1" },
};

/** A device model that the reader is expected to have. */
const DEVICE_MODEL = join(root, "apps/swarm-harness/tests/cli/support/factory/furnace.xml");

/** Reads a YAML block as its reader does: an app file, a Compose file, a workflow; anything else as YAML. */
export async function problemOfYaml(block: CodeBlock): Promise<string | undefined> {
  const { text, directives, page } = block;
  try {
    const part = directives.get("part of");
    const content = load(text) as Mapping;
    if (part !== undefined) return await readProject(block, "openfactory.yml", JSON.stringify(wrap(content, part)));
    if ("services" in content) return await readProject(block, "compose.yaml", text);
    if ("engine_socket" in content) return await readPolicyBlock(text);
    if ("jobs" in content) return await problemOfWorkflow(content, page);
    const isAppFile = ["apps", "devices", "networks"].some((key) => key in content);
    return isAppFile ? await readProject(block, "openfactory.yml", text) : undefined;
  } catch (error) {
    const { message, issues = [] } = error as Error & { issues?: { message: string }[] };
    return [message, ...issues.map((issue) => issue.message)].join("\n");
  }
}

/** Loads a file in a folder with the files and variables that the block's directives name. */
async function readProject({ directives }: CodeBlock, name: string, text: string): Promise<undefined> {
  const folder = mkdtempSync(join(tmpdir(), "docs-yaml-"));
  try {
    for (const file of list(directives.get("files"))) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), file.endsWith(".xml") ? readFileSync(DEVICE_MODEL) : "KEY=value\n");
    }
    writeFileSync(join(folder, name), text);
    const env = Object.fromEntries(list(directives.get("variables")).map((variable) => [variable, "value"]));
    validateFor(await loadProject([join(folder, name)], { env }), { multiNode: false });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reads a policy beside the key that it names. */
async function readPolicyBlock(text: string): Promise<undefined> {
  const folder = mkdtempSync(join(tmpdir(), "docs-policy-"));
  try {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    writeFileSync(join(folder, "cosign.pub"), publicKey.export({ type: "spki", format: "pem" }));
    writeFileSync(join(folder, "policy.yaml"), text);
    await readPolicy(join(folder, "policy.yaml"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const list = (text = ""): string[] =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);

/** Adds a fragment to an app file at a path. */
function wrap(fragment: Mapping, path: string): Mapping {
  if (path === "file") return { apps: { web: AROUND.app }, ...fragment };
  const [section = "", name = "web", ...keys] = path.split(".");
  const nested = keys.reduceRight<Mapping>((inner, key) => ({ [key]: inner }), fragment);
  const around = section === "apps" ? AROUND.app : section === "devices" ? AROUND.device : {};
  return { apps: { other: AROUND.app }, [section]: { [name]: { ...around, ...nested } } };
}

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Mapping;
}

/** The shell lines of a GitHub workflow can be run, and its steps use existing inputs of this repository's action. */
async function problemOfWorkflow({ jobs }: Mapping, page: string): Promise<string | undefined> {
  const steps = Object.values(jobs as Record<string, { steps: Step[] }>).flatMap((job) => job.steps);
  for (const { run = "", uses = "", with: inputs = {} } of steps) {
    for (const line of commandLinesOf("sh", run.replaceAll(/\$\{\{[^}]*\}\}/g, "word"))) {
      const problem = await problemOfLine(line, page);
      if (problem !== undefined) return problem;
    }
    const [, action] = /^openfactoryio\/openfactory-deploy\/(.+)@/.exec(uses) ?? [];
    if (action === undefined) continue;
    const known = load(readFileSync(join(root, action, "action.yml"), "utf8")) as { inputs: Mapping };
    const unknown = Object.keys(inputs).find((name) => !Object.hasOwn(known.inputs, name));
    if (unknown !== undefined) return `the action has no input ${unknown}`;
  }
  return undefined;
}
