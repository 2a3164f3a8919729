import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vitest/config";
import { type Mutation, patternOf } from "./mutation.ts";

/**
 * Applies a mutation when vitest reads its source file. The file itself is not changed.
 * @param proof a file that is written when the mutation is applied.
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
