import { dirname } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { isComposeText } from "./compose/read-compose.js";
import { findSources, type FoundFile } from "./files/find-sources.js";
import { readBytes, readStream } from "./files/read-file.js";
import { Findings, unreadableFile } from "./findings.js";
import { environmentLookup, interpolate, type Lookup } from "./interpolation/interpolate.js";
import { variablesFor } from "./interpolation/variables.js";
import type { LoadOptions } from "./load-project.js";
import type { AppProject } from "./model.js";
import { nameProject } from "./project-name.js";
import { readTree } from "./yaml/read-tree.js";
import { SourceText, SourceTree } from "./yaml/source-tree.js";

/** The identity of a project, for commands that act on deployed services only. */
export type ProjectIdentity = Pick<AppProject, "project" | "directory" | "hasExplicitName" | "files">;

const PASS_NAME = "Correct the file, or pass the project name with -p <name>.";

/**
 * Reads the project identity of files that may be invalid. Unset variables, unknown keys, and missing env files and
 * secrets are ignored. In text that is not YAML, the first line `name: ...` counts.
 * @param sources as of `loadProject`. `options.stdin` is read from its beginning.
 * @throws DeploymentError `INVALID_FILE`: no name is given, and a file can't be read or its name contains an unset
 * variable.
 */
export async function loadIdentity(sources: readonly string[], options: LoadOptions = {}): Promise<ProjectIdentity> {
  const { cwd = process.cwd(), project: given } = options;
  const findings = new Findings();
  const { directory, files } = await findSources(sources, cwd, findings);
  const trees: SourceTree[] = [];
  if (given === undefined) {
    for (const file of files) trees.push(await readName(file, { ...options, cwd }));
  }
  const isCompose = trees.some(({ source }) => isComposeText(source.text));
  // Of merged Compose files, the last name counts.
  const named = nameProject(
    isCompose ? trees.filter((tree) => tree.find(["name"])).slice(-1) : trees,
    { given, directory },
    findings,
  );
  findings.throwIfAny();
  return { ...named, files: files.map(({ file }) => file) };
}

/** A tree in which only `name` is used. */
async function readName(
  { path, isStdin }: FoundFile,
  { env = process.env, envFiles, cwd, stdin }: LoadOptions & { cwd: string },
): Promise<SourceTree> {
  const source = new SourceText(path, await readLeniently(path, isStdin ? (stdin ?? process.stdin) : undefined));
  const variables = await variablesFor(isStdin ? cwd : dirname(path), { env, envFiles, cwd, isTolerant: true });
  const lookup = environmentLookup(variables);
  const composeName = isComposeText(source.text) ? lookup("COMPOSE_PROJECT_NAME") : undefined;
  if (composeName) return named(source, composeName, 0);
  const tree = tryReadTree(source, lookup) ?? treeFromNameLine(source, lookup);
  const name = tree.find(["name"]);
  if (name?.broken === true) {
    throw unreadableFile(tree.locate(["name"]), "the project name contains a variable that is not set", PASS_NAME);
  }
  return tree;
}

/** The text of a file; bytes that are not UTF-8 are replaced. @throws DeploymentError `INVALID_FILE` if it can't be read. */
async function readLeniently(path: string, stream: AsyncIterable<Uint8Array | string> | undefined): Promise<string> {
  try {
    return stream === undefined ? (await readBytes(path)).toString("utf8") : await readStream(stream, path);
  } catch (error) {
    const [issue] = DeploymentError.isInstance(error, "INVALID_FILE") ? error.issues : [];
    if (issue?.location === undefined) throw error;
    throw unreadableFile(
      issue.location,
      issue.message,
      "Check the path, or pass the project name with -p <name>.",
      error,
    );
  }
}

/** Undefined if the text is not YAML. */
function tryReadTree(source: SourceText, lookup: Lookup): SourceTree | undefined {
  try {
    return readTree(source, lookup, new Findings());
  } catch (error) {
    if (DeploymentError.isInstance(error, "INVALID_FILE")) return undefined;
    throw error;
  }
}

/** A tree of the first line `name: ...`, for text that is not YAML. */
function treeFromNameLine(source: SourceText, lookup: Lookup): SourceTree {
  const line = /^name[ \t]*:[ \t]+(.*)$/m.exec(source.text);
  if (line?.[1] === undefined) return new SourceTree(source, { value: {}, offset: 0, children: new Map() });
  const offset = line.index + line[0].length - line[1].length;
  const [beforeComment = ""] = line[1].split(/[ \t]#/, 1);
  const written = withoutQuotes(beforeComment.trim());
  const { text, problems } = interpolate(written, lookup);
  return named(source, text, offset, problems.length > 0);
}

const withoutQuotes = (text: string): string =>
  text.length > 1 && /^["']/.test(text) && text.endsWith(text.charAt(0)) ? text.slice(1, -1) : text;

/** A tree that has only a name. */
function named(source: SourceText, text: string, offset: number, broken = false): SourceTree {
  const name = { value: text, offset, text, written: text, broken };
  return new SourceTree(source, { value: { name: text }, offset: 0, children: new Map([["name", name]]) });
}
