import { fieldPath } from "@openfactory/deploy-core";
import type { FilePath, SourceTree } from "../source/tree.js";
import type { Findings } from "./findings.js";

/** Adds a finding at the key (or the list's entry) at a path of the file. */
export type Tell = (path: FilePath, message: string, hint?: string) => void;

/** What could not be interpolated is told already, and nothing more is said of it. */
export const teller =
  (tree: SourceTree, findings: Findings): Tell =>
  (path, message, hint) => {
    if (!tree.isBroken(path)) findings.add(tree.locateKey(path), `${fieldPath(path)}: ${message}`, hint);
  };
