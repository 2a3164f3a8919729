import { basename } from "node:path";
import { formatLocation } from "@openfactory/deploy-core";
import { type Findings, quote } from "./findings.js";
import type { AppProject } from "./model.js";
import type { SourceTree } from "./yaml/source-tree.js";

/** As Compose normalizes project names: lower case, letters, digits, `_` and `-`, a letter or digit first. */
export const normalizeProjectName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");

const HINT = "Set name: to lowercase letters, digits, _ and -, starting with a letter or digit.";

/**
 * The project of some files: the given name, else `name:` of the files, which must agree, else the name of the project
 * directory. `hasExplicitName` is not set in the last case.
 */
export function nameProject(
  trees: readonly SourceTree[],
  { given, directory }: { given: string | undefined; directory: string },
  findings: Findings,
): Pick<AppProject, "project" | "directory" | "hasExplicitName"> {
  if (given !== undefined) return { project: normalizeProjectName(given), directory, hasExplicitName: true };
  const [first, ...others] = trees.flatMap(namesOf);
  if (first === undefined) {
    const project = normalizeProjectName(basename(directory));
    const [tree] = trees;
    if (project === "" && tree !== undefined) {
      findings.add(tree.locate(["name"]), "the directory name is not a valid project name", HINT);
    }
    return { project, directory };
  }
  const project = normalizeProjectName(first.name);
  if (project === "" && !first.tree.isBroken(["name"])) {
    findings.add(first.tree.locate(["name"]), "name: not a valid project name", HINT);
  }
  for (const { name, tree } of others) {
    if (normalizeProjectName(name) === project || [first.tree, tree].some((each) => each.isBroken(["name"]))) continue;
    const isHidden = tree.isInterpolated(["name"]) || first.tree.isInterpolated(["name"]);
    const which = isHidden
      ? "the project name differs from the one"
      : `the project name ${quote(name)} differs from ${quote(first.name)}`;
    findings.add(
      tree.locate(["name"]),
      `${which} in ${formatLocation(first.tree.locate(["name"]))}`,
      "Use the same name in all files that are deployed together, or pass -p <name>.",
    );
  }
  return { project, directory, hasExplicitName: true };
}

function namesOf(tree: SourceTree): { name: string; tree: SourceTree }[] {
  const located = tree.find(["name"]);
  return typeof located?.value === "string" ? [{ name: located.value, tree }] : [];
}
