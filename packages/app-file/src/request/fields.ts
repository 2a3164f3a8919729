import type { DeployRequest, SourceLocation } from "@openfactory/deploy-core";
import type { Files } from "../files/referenced-files.js";
import type { Findings, Report } from "../findings.js";
import type { Environment } from "../interpolation/interpolate.js";
import type { Declarations } from "../resources.js";
import type { ProjectBudget } from "../limits.js";
import type { AppEntry } from "../schema/app-file.js";
import type { FilePath, SourceTree } from "../yaml/source-tree.js";
import type { EnvFiles } from "./env-files.js";

/** One field of a request, and the location in the file of its subfields. */
export interface RequestField<Value = unknown> {
  value: Value;
  /** Path in the file of a subfield: `["Limits", "NanoCPUs"]` of `resources` is `deploy.resources.limits.cpus`. */
  pathOf: (subfield: FilePath) => FilePath;
  /** Location of a subfield that comes from another file, such as an env file. */
  locationOf?: (subfield: FilePath) => SourceLocation | undefined;
}

export type RequestFields = { [Field in keyof DeployRequest]?: RequestField<DeployRequest[Field]> };

/** The input of the functions that build the fields of an app's request. */
export interface AppContext {
  entry: AppEntry;
  /** Path of the entry: `["apps", <name>]`. */
  path: FilePath;
  tree: SourceTree;
  /** Path of the file, relative to the project directory. */
  file: string;
  environment: Environment;
  /** OpenFactory's own variables, which every app inherits. */
  inherited: ReadonlyMap<string, string>;
  /** The files that the app file references. */
  files: Files;
  /** The networks, secrets and configs that the files of the project declare. */
  declared: Declarations;
  /** The env files that the apps of the file name. */
  envFiles: EnvFiles;
  /** What the apps of the project may use in total. */
  budget: ProjectBudget;
  findings: Findings;
  report: Report;
}

/** The context that all apps of a file share. */
export type SharedContext = Omit<AppContext, "entry" | "path">;

/** A field with the same structure in the file and in the request. */
export const field = <Value>(value: Value, path: FilePath): RequestField<Value> => ({
  value,
  pathOf: (subfield) => [...path, ...subfield],
});

/** A field that one key of the file sets as a whole. */
export const wholeField = <Value>(value: Value, path: FilePath): RequestField<Value> => ({ value, pathOf: () => path });

/** A field whose subfields have other names in the file. */
export const renamedField = <Value>(
  value: Value,
  path: FilePath,
  names: Readonly<Record<string, string>>,
): RequestField<Value> => ({
  value,
  pathOf: (subfield) => [...path, ...subfield.map((step) => names[String(step)] ?? step)],
});

/** A list whose elements come from different places in the file. */
export const listField = <Value>(
  elements: readonly { value: Value; path: FilePath; location?: SourceLocation }[],
): RequestField<Value[]> => ({
  value: elements.map(({ value }) => value),
  pathOf: ([index]) => elements[Number(index)]?.path ?? elements[0]?.path ?? [],
  locationOf: ([index]) => elements[Number(index)]?.location,
});
