import { NO_SUCH_FILE } from "../files/files.js";
import { pathFrom } from "../files/path-from.js";
import { environmentLookup } from "../interpolation/environment.js";
import { quote } from "../report/nearest.js";
import type { ContentEntry } from "../schema/resources.js";
import type { FilePath } from "../source/tree.js";
import type { DeclarationContext } from "./declared.js";

/** What an engine takes, in bytes (swarmkit's MaxSecretSize and MaxConfigSize): from 1 to one less than these. */
const LIMITS = { secret: 500 * 1024, config: 1000 * 1024 } as const;

/** The content of a secret or config; undefined where it can't be had, which is among the findings then. */
export function contentOf(
  kind: keyof typeof LIMITS,
  entry: ContentEntry,
  path: FilePath,
  context: DeclarationContext,
): Buffer | undefined {
  const [from, content] = read(entry, path, context);
  if (content === undefined) return undefined;
  const limit = LIMITS[kind];
  if (content.length === 0) {
    context.tell(from, `a ${kind} can't be empty`, "Give it a content.");
  } else if (content.length >= limit) {
    context.tell(from, `a ${kind} holds less than ${limit / 1024} KiB`, "Mount a file instead, or make it smaller.");
  }
  return content;
}

/** The place in the file that says where the content comes from, and the content. */
function read(
  { file, environment, content }: ContentEntry,
  path: FilePath,
  { tree, files, env, tell }: DeclarationContext,
): [from: FilePath, content: Buffer | undefined] {
  if (file != null) {
    const from = [...path, "file"];
    const found = files.get(pathFrom(file, tree.source.file)) ?? NO_SUCH_FILE;
    if ("bytes" in found) return [from, found.bytes];
    tell(from, found.problem, found.hint);
    return [from, undefined];
  }
  if (environment != null) {
    const from = [...path, "environment"];
    const value = environmentLookup(env)(environment);
    if (value !== undefined) return [from, Buffer.from(value)];
    const name = tree.isInterpolated(from) ? "it" : quote(environment);
    tell(from, `the variable is not set`, `Set ${name} in the environment or in an env file.`);
    return [from, undefined];
  }
  return [[...path, "content"], Buffer.from(content ?? "")];
}
