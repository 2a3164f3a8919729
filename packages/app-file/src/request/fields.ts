import type { DeployRequest, SourceLocation } from "@openfactory/deploy-core";
import type { Files } from "../files/referenced-files.js";
import type { Findings, Tell } from "../findings.js";
import type { Environment } from "../interpolation/interpolate.js";
import type { Declarations } from "../resources.js";
import type { AppEntry } from "../schema/app-file.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";

/** One field of a request, and where in the file its pieces were written. */
export interface Part<Value = unknown> {
  value: Value;
  /** The place of a piece: `["Limits", "NanoCPUs"]` of `resources` comes from `deploy.resources.limits.cpus`. */
  from: (piece: FilePath) => FilePath;
  /** The place of a piece that is written in another file, such as an env file. */
  elsewhere?: (piece: FilePath) => SourceLocation | undefined;
}

export type Parts = { [Field in keyof DeployRequest]?: Part<DeployRequest[Field]> };

/** What the makers of parts read. */
export interface AppContext {
  entry: AppEntry;
  /** `["apps", <name>]`. */
  path: FilePath;
  tree: SourceTree;
  /** The path of the file relative to the project directory. */
  file: string;
  environment: Environment;
  /** OpenFactory's own variables that every app gets. */
  passedOn: ReadonlyMap<string, string>;
  /** The files that the app file names. */
  files: Files;
  /** What the files of the project declare beside its apps. */
  declared: Declarations;
  findings: Findings;
  tell: Tell;
}

/** What all apps of one file have in common. */
export type SharedContext = Omit<AppContext, "entry" | "path">;

/** A part whose pieces lie in the file as they do in the request. */
export const at = <Value>(value: Value, path: FilePath): Part<Value> => ({
  value,
  from: (piece) => [...path, ...piece],
});

/** A part whose pieces have other names in the file. */
export const renamed = <Value>(value: Value, path: FilePath, names: Readonly<Record<string, string>>): Part<Value> => ({
  value,
  from: (piece) => [...path, ...piece.map((step) => names[String(step)] ?? step)],
});

/** A list's part, the elements of which come from here and there. */
export const gathered = <Value>(
  elements: readonly { value: Value; path: FilePath; location?: SourceLocation }[],
): Part<Value[]> => ({
  value: elements.map(({ value }) => value),
  from: ([index]) => elements[Number(index)]?.path ?? elements[0]?.path ?? [],
  elsewhere: ([index]) => elements[Number(index)]?.location,
});
