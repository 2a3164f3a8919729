import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vitest/config";
import { type Mutation, patternOf } from "./mutation.ts";

/**
 * Puts a mutation into the one source file that it is of, as it is read; the file itself stays as it is.
 * @param proof a file that is written once that is done.
 */
export const mutatePlugin = (root: string, { file, find, replace }: Mutation, proof?: string): Plugin => ({
  name: "mutate",
  enforce: "pre",
  transform(code, id) {
    if (id !== join(root, file)) return undefined;
    if (proof) writeFileSync(proof, file);
    return { code: code.replace(patternOf(find), () => replace), map: null };
  },
});
