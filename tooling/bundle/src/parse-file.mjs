import { parseSync } from "rolldown/utils";

/** The syntax tree of a CommonJS file. @throws Error if it can't be parsed. */
export function parseFile(code) {
  const { program, errors } = parseSync("bundle.cjs", code, { sourceType: "commonjs" });
  if (errors.length > 0) throw new Error(errors[0].message);
  return program;
}
