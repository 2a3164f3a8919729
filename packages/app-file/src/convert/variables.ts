import type { VariableSyntax } from "../interpolation/interpolate.js";

/**
 * A text with variables, from one file format to the other. A variable without a default gets an empty one, as Compose
 * replaces it by an empty text where an app file is invalid.
 */
export function translateVariables(written: string, from: VariableSyntax): string {
  let text = "";
  for (let index = 0; index < written.length;) {
    const dollar = written.indexOf("$", index);
    if (dollar < 0) return text + written.slice(index);
    text += written.slice(index, dollar);
    const [piece, length] = pieceAt(written.slice(dollar), from);
    text += piece;
    index = dollar + length;
  }
  return text;
}

/** The translation of what begins with a dollar sign, and its length. */
function pieceAt(rest: string, from: VariableSyntax): [piece: string, length: number] {
  const variable = /^\$\{([A-Za-z_]\w*)(:?[-?+])?/.exec(rest);
  if (variable !== null) {
    const [head, name, operator] = variable;
    const end = closingBrace(rest, 2);
    const operand = rest.slice(head.length, end);
    const fallback = from === "compose" ? "-" : "";
    const translated = operator?.endsWith("?") ? operand : translateVariables(operand, from);
    return [`\${${name}${operator === undefined ? fallback : operator + translated}}`, end + 1];
  }
  if (from === "braces") return rest.startsWith("$${") ? ["$${", 3] : ["$$", 1];
  if (rest.startsWith("$$")) return rest[2] === "{" ? ["$${", 3] : ["$", 2];
  const name = /^\$([A-Za-z_]\w*)/.exec(rest);
  return name === null ? ["$", 1] : [`\${${name[1]}-}`, name[0].length];
}

function closingBrace(text: string, from: number): number {
  let open = 1;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === "{") open += 1;
    if (text[index] === "}") open -= 1;
    if (open === 0) return index;
  }
  return text.length;
}

/** A literal text, so that a file format reads it unchanged. */
export const escapeVariables = (text: string, syntax: VariableSyntax): string =>
  syntax === "compose" ? text.replaceAll("$", "$$$$") : text.replaceAll("${", "$$${");
