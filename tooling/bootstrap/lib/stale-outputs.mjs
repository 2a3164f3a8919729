import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./root.mjs";
import { filesBelow, packages } from "./stamp.mjs";

/** Outputs without a source of the same name: the files of the command, and declarations of create-strategy's template. */
const OTHERS = /\/dist\/(?:ofdeploy|openfactory|template\/|\.)/;

/** Removes outputs of tsc whose source no longer exists: tsc leaves them, and they would be published. */
export function removeStaleOutputs() {
  for (const file of packages().flatMap((folder) => filesBelow(join(folder, "dist")))) {
    const source = file.replace("/dist/", "/src/").replace(/(?:\.d)?\.[cm]?[jt]s(?:\.map)?$/, "");
    if (!OTHERS.test(file) && !existsSync(join(root, `${source}.ts`))) rmSync(join(root, file));
  }
}
