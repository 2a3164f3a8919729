import { RolldownMagicString } from "rolldown";
import { Visitor } from "rolldown/utils";
import { parseFile } from "./parse-file.mjs";

/**
 * Loads modules of Node at their first use, instead of with the file that requires them: `node:crypto` alone takes a twentieth
 * of a short command. A module that is not used by its properties only is still loaded with the file.
 * @param code a CommonJS file of a bundle, in which the variables of required modules have unique names
 */
export function loadBuiltInsOnFirstUse(code) {
  const program = parseFile(code);
  const mentions = new Map();
  const objects = new Map();
  const add = (map, node) => void (map.get(node.name)?.push(node) ?? map.set(node.name, [node]));
  new Visitor({
    Identifier: (node) => add(mentions, node),
    MemberExpression: ({ object }) => void (object.type === "Identifier" && add(objects, object)),
  }).visit(program);
  const text = new RolldownMagicString(code);
  for (const statement of program.body) {
    const { name, start, end } = requiredBuiltIn(statement) ?? {};
    const uses = objects.get(name) ?? [];
    // One mention is the declaration.
    if (name === undefined || mentions.get(name).length !== uses.length + 1) continue;
    const lazy = `var ${name}$;\nfunction ${name}() { return ${name}$ ??= ${code.slice(start, end)}; }`;
    text.overwrite(statement.start, statement.end, lazy);
    // In parentheses, since `new node_net().Socket()` would create a node_net.
    for (const { start: from, end: to } of uses) text.prependRight(from, "(").appendLeft(to, "())");
  }
  return text.toString();
}

/** Of `let node_fs = require("node:fs");`, the variable, and where the call is. */
function requiredBuiltIn({ type, declarations }) {
  if (type !== "VariableDeclaration" || declarations.length !== 1) return undefined;
  const [{ id, init }] = declarations;
  const isBuiltIn = init?.callee?.name === "require" && init.arguments[0]?.value?.startsWith("node:");
  return isBuiltIn ? { name: id.name, start: init.start, end: init.end } : undefined;
}
