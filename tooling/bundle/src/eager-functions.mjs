import { RolldownMagicString } from "rolldown";
import { Visitor } from "rolldown/utils";
import { parseFile } from "./parse-file.mjs";

/**
 * Puts functions in parentheses. V8 compiles such a function with its file, and any other one at its first call, in each
 * process: Node's compile cache contains only what is compiled with a file. Methods can't be in parentheses.
 * Source: https://v8.dev/blog/preparser#pife
 * @param code a CommonJS file
 * @param called offsets in the code at which the functions start that commands call
 */
export function compileEagerly(code, called) {
  const text = new RolldownMagicString(code);
  const methods = new Set();
  const wrap = (node) => {
    if (called.has(node.start) && !methods.has(node)) text.prependRight(node.start, "(").appendLeft(node.end, ")");
  };
  const program = parseFile(code);
  new Visitor({
    MethodDefinition: ({ value }) => void methods.add(value),
    Property: ({ value, method, kind }) => void ((method || kind !== "init") && methods.add(value)),
    FunctionExpression: wrap,
    ArrowFunctionExpression: wrap,
  }).visit(program);
  // A declaration becomes a variable at the start of the file, since a declaration can be used before it.
  for (const { type, start, end, id } of program.body) {
    if (type !== "FunctionDeclaration" || !called.has(start)) continue;
    text.prependRight(start, `let ${id.name} = (`).remove(id.start, id.end).appendLeft(end, ");\n").move(start, end, 0);
  }
  return text.toString();
}
