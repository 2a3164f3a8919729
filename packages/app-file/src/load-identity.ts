import { dirname } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { findSources, type FoundFile } from "./files/find-sources.js";
import { readBytes, readStream } from "./files/read-file.js";
import { Findings, unreadable } from "./findings.js";
import { environmentLookup, interpolate, type Lookup } from "./interpolation/interpolate.js";
import { variablesFor } from "./interpolation/variables.js";
import type { LoadOptions } from "./load-project.js";
import type { AppProject } from "./model.js";
import { nameProject } from "./project-name.js";
import { readTree } from "./yaml/read-tree.js";
import { SourceText, SourceTree } from "./yaml/source-tree.js";

/** Which project some files are, as far as commands need it that act on what is deployed. */
export type ProjectIdentity = Pick<AppProject, "project" | "directory" | "hasChosenName" | "files">;

const PASS_NAME = "Correct the file, or pass the name of the project: -p <name>.";

/**
 * Reads which project files are, though they may be invalid: unset variables, unknown keys, missing env files and
 * secrets, even text that is not YAML (then a line `name: ...` counts).
 * @param sources as of `loadProject`. `options.stdin` is read from its beginning.
 * @throws DeploymentError `INVALID_FILE`: a file does not exist or can't be read and no name is given, or the name can't
 * be known.
 */
export async function loadIdentity(sources: readonly string[], options: LoadOptions = {}): Promise<ProjectIdentity> {
  const { cwd = process.cwd(), project: given } = options;
  const findings = new Findings();
  const { directory, files } = await findSources(sources, cwd, findings);
  const trees: SourceTree[] = [];
  if (given === undefined) {
    for (const file of files) trees.push(await readName(file, { ...options, cwd }));
  }
  const named = nameProject(trees, { given, directory }, findings);
  findings.throwIfAny();
  return { ...named, files: files.map(({ file }) => file) };
}

/** A tree with the file's name in it, and nothing else that counts. */
async function readName(
  { path, isStdin }: FoundFile,
  { env = process.env, envFiles, cwd, stdin }: LoadOptions & { cwd: string },
): Promise<SourceTree> {
  const source = new SourceText(path, await readLeniently(path, isStdin ? (stdin ?? process.stdin) : undefined));
  const variables = await variablesFor(isStdin ? cwd : dirname(path), { env, envFiles, cwd, isTolerant: true });
  const lookup = environmentLookup(variables);
  const tree = treeOf(source, lookup) ?? lineTree(source, lookup);
  const name = tree.find(["name"]);
  if (name?.broken === true) {
    throw unreadable(tree.locate(["name"]), "the name of the project holds a variable that is not set", PASS_NAME);
  }
  return tree;
}

/** The text of a file, bytes that are not UTF-8 replaced. @throws DeploymentError `INVALID_FILE` if it can't be read. */
async function readLeniently(path: string, stream: AsyncIterable<Uint8Array | string> | undefined): Promise<string> {
  try {
    return stream === undefined ? (await readBytes(path)).toString("utf8") : await readStream(stream, path);
  } catch (error) {
    const [issue] = DeploymentError.isInstance(error, "INVALID_FILE") ? error.issues : [];
    if (issue?.location === undefined) throw error;
    throw unreadable(
      issue.location,
      issue.message,
      "Check the path, or pass the name of the project: -p <name>.",
      error,
    );
  }
}

/** Undefined where it is no YAML. */
function treeOf(source: SourceText, lookup: Lookup): SourceTree | undefined {
  try {
    return readTree(source, lookup, new Findings());
  } catch (error) {
    if (DeploymentError.isInstance(error, "INVALID_FILE")) return undefined;
    throw error;
  }
}

/** What a text that is no YAML says at the top level: the first line `name: ...`. */
function lineTree(source: SourceText, lookup: Lookup): SourceTree {
  const line = /^name[ \t]*:[ \t]+(.*)$/m.exec(source.text);
  if (line?.[1] === undefined) return new SourceTree(source, { value: {}, offset: 0, children: new Map() });
  const offset = line.index + line[0].length - line[1].length;
  const written = line[1]
    .replace(/[ \t]#.*$/, "")
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2");
  const { text, problems } = interpolate(written, lookup);
  const name = { value: text, offset, text, written, broken: problems.length > 0 };
  return new SourceTree(source, { value: { name: text }, offset: 0, children: new Map([["name", name]]) });
}
