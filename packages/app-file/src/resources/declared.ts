import type { Files } from "../files/files.js";
import type { Environment } from "../interpolation/environment.js";
import type { AppResource } from "../model.js";
import type { Tell } from "../report/tell.js";
import type { SourceTree } from "../source/tree.js";

/** A network, secret or config that the file declares, as apps refer to it. */
export interface Declared {
  /** On the engine. */
  name: string;
  /** What is to be made; undefined: it exists already. */
  resource?: AppResource;
  /** Its content could not be read, which is among the findings. */
  isUnknown?: true;
}

/** By kind, each by its name in the file. */
export type Declarations = Readonly<Record<"networks" | "secrets" | "configs", ReadonlyMap<string, Declared>>>;

/** What declarations are read from. */
export interface DeclarationContext {
  project: string;
  tree: SourceTree;
  /** The path of the file relative to the project directory. */
  file: string;
  files: Files;
  env: Environment;
  tell: Tell;
}
