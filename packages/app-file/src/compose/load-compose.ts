import { resolve } from "node:path";
import { readFiles } from "../files/referenced-files.js";
import type { Findings } from "../findings.js";
import { type Environment, environmentLookup } from "../interpolation/interpolate.js";
import { variablesFor } from "../interpolation/variables.js";
import { FileNotes } from "../notes.js";
import type { SourceText } from "../yaml/source-tree.js";
import type { BuiltProject } from "../located.js";
import { buildComposeProject, composeReferences } from "./build-compose.js";
import { isComposeText, readCompose } from "./read-compose.js";

/** A text of a project, and its path relative to the project directory. */
interface ComposeText {
  source: SourceText;
  file: string;
}

interface ComposeOptions {
  env?: Environment;
  envFiles?: readonly string[];
  project?: string;
  cwd: string;
  directory: string;
  profiles?: readonly string[];
}

/**
 * Reads Compose files as one project: later files are merged into the first, and relative paths start at the project
 * directory.
 * @throws DeploymentError `INVALID_FILE` with all findings.
 */
export async function loadComposeProject(
  texts: readonly ComposeText[],
  { env = process.env, envFiles, cwd, directory, project, profiles = [] }: ComposeOptions,
  findings: Findings,
): Promise<BuiltProject> {
  refuseAppFiles(texts, findings);
  const notes = new FileNotes();
  const base = resolve(cwd, directory);
  const variables = await variablesFor(base, { env, envFiles, cwd });
  const context = { directory: base, env: variables, cwd, findings, notes };
  const tree = await readCompose(
    texts.map(({ source }) => source),
    context,
  );
  const lookup = environmentLookup(variables);
  const files = await readFiles(composeReferences(tree, lookup));
  const active = (lookup("COMPOSE_PROFILES") ?? "").split(",").map((name) => name.trim());
  const sources = {
    tree,
    names: texts.map(({ file }) => file),
    files,
    env: variables,
    name: project ?? (lookup("COMPOSE_PROJECT_NAME") || undefined),
    directory,
    profiles: [...profiles, ...active].filter((name) => name !== ""),
    notes,
  };
  return buildComposeProject(sources, findings);
}

/** Top-level keys of an app file. */
const APP_FILE = /^(["']?)(apps|devices)\1[ \t]*:/m;

/** Compose files and app files have other rules, so that a project has one kind of file. */
function refuseAppFiles(texts: readonly ComposeText[], findings: Findings): void {
  const appFile = texts.find(({ source }) => APP_FILE.test(source.text));
  const compose = texts.find(({ source }) => isComposeText(source.text));
  if (appFile === undefined || compose === undefined) return;
  findings.abort(
    compose.source.locationAt(0),
    `a Compose file can't be in one project with an app file (${appFile.file})`,
    `Deploy them as two projects, or convert the Compose file: \`ofdeploy convert -f ${compose.file} -o openfactory.yml\`.`,
  );
}
