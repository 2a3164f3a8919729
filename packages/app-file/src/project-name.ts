import { basename } from "node:path";
import { type Findings, quote } from "./findings.js";
import type { AppProject } from "./model.js";
import type { SourceTree } from "./yaml/source-tree.js";

/** As Compose normalizes project names: lower case, letters, digits, `_` and `-`, a letter or digit first. */
export const projectName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");

const HINT = "Write a name: of lower-case letters and digits.";

/**
 * The project of some files: the name that was given, else the `name:` of the files, which have to agree, else the name
 * of the project directory. `hasChosenName` is not set in the last case.
 */
export function nameProject(
  trees: readonly SourceTree[],
  { given, directory }: { given: string | undefined; directory: string },
  findings: Findings,
): Pick<AppProject, "project" | "directory" | "hasChosenName"> {
  if (given !== undefined) return { project: projectName(given), directory, hasChosenName: true };
  const [first, ...others] = trees.flatMap(namesOf);
  if (first === undefined) {
    const project = projectName(basename(directory));
    const [tree] = trees;
    if (project === "" && tree !== undefined) {
      findings.add(tree.locate(["name"]), "the name of the directory makes no project name", HINT);
    }
    return { project, directory };
  }
  const project = projectName(first.name);
  if (project === "" && !first.tree.isBroken(["name"])) {
    findings.add(first.tree.locate(["name"]), "name makes no project name", HINT);
  }
  for (const { name, tree } of others) {
    if (projectName(name) === project || [first.tree, tree].some((each) => each.isBroken(["name"]))) continue;
    const { file, line, column } = first.tree.locate(["name"]);
    const isHidden = tree.isInterpolated(["name"]) || first.tree.isInterpolated(["name"]);
    const which = isHidden
      ? "the project has another name"
      : `the project is ${quote(name)} here and ${quote(first.name)}`;
    findings.add(
      tree.locate(["name"]),
      `${which} in ${file}:${line}:${column}`,
      "Files that are deployed together form one project: write the same name, or pass -p <name>.",
    );
  }
  return { project, directory, hasChosenName: true };
}

function namesOf(tree: SourceTree): { name: string; tree: SourceTree }[] {
  const located = tree.find(["name"]);
  return typeof located?.value === "string" ? [{ name: located.value, tree }] : [];
}
