import { MAX_VALUE_LENGTH } from "../limits.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Looks up own properties only, so that `constructor` is not a variable. */
export const environmentLookup =
  (environment: Environment): Lookup =>
  (name) =>
    Object.hasOwn(environment, name) ? environment[name] : undefined;

/** The value of a variable, or undefined if it is not set. */
export type Lookup = (name: string) => string | undefined;

/** A problem at an index of a template. Its message contains no value of a variable. */
interface TemplateProblem {
  index: number;
  message: string;
  hint: string;
  /** The variable that is not set and has no default. Compose replaces it by an empty text, with a warning. */
  unset?: string;
}

export interface Interpolated {
  text: string;
  problems: TemplateProblem[];
}

/** Maximum nesting of defaults. */
const MAX_NESTING = 20;

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:?[-?+]/y;

/**
 * The syntax of variables. `compose`: `$NAME` and `${NAME}`, with `$$` for a dollar sign. `braces`: `${NAME}` only, with
 * `$${` for a literal `${`; any other dollar sign is text.
 */
export type VariableSyntax = "compose" | "braces";

const FORMAT_HINTS: Readonly<Record<VariableSyntax, string>> = {
  compose: "Write ${NAME}, ${NAME:-default}, or $$ for a dollar sign.",
  braces: "Write ${NAME} or ${NAME:-default}, or $${ for a literal ${.",
};

const matchAt = (pattern: RegExp, text: string, index: number): string => {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0] ?? "";
};

/**
 * Replaces variables: `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`,
 * `${NAME:+instead}`, `${NAME+instead}`, nested. With the colon, an empty variable counts as not set. An unset
 * variable without a default is a problem (in Compose, a warning), and so is a value longer than 1 MiB.
 * @param syntax default: as in Compose.
 */
export function interpolate(template: string, lookup: Lookup, syntax: VariableSyntax = "compose"): Interpolated {
  const problems: TemplateProblem[] = [];
  return { text: expand(template, 0, 0, { lookup, syntax, problems }), problems };
}

const TOO_LONG = {
  message: `the value is longer than ${MAX_VALUE_LENGTH / 1024} KiB after its variables are replaced`,
  hint: "Use shorter values, or fewer variables.",
};

interface Expansion {
  lookup: Lookup;
  syntax: VariableSyntax;
  problems: TemplateProblem[];
}

/** Expands `template`, a part of the whole template that starts at `offset`. */
function expand(template: string, offset: number, level: number, expansion: Expansion): string {
  let text = "";
  let index = 0;
  while (index < template.length) {
    const dollar = template.indexOf("$", index);
    if (dollar < 0) break;
    text += template.slice(index, dollar);
    const literal = literalAt(template, dollar, expansion.syntax);
    if (literal !== undefined) {
      text += literal.text;
      index = dollar + literal.length;
      continue;
    }
    const reference = readReference(template, dollar);
    if ("problem" in reference) {
      const hint = FORMAT_HINTS[expansion.syntax];
      expansion.problems.push({ index: offset + dollar, message: reference.problem, hint });
      return template;
    }
    const value = resolve(reference, offset + dollar, level, expansion);
    if (text.length + value.length > MAX_VALUE_LENGTH) {
      expansion.problems.push({ index: offset + dollar, ...TOO_LONG });
      return "";
    }
    text += value;
    index = reference.end;
  }
  return text + template.slice(index);
}

/** The text of a dollar sign that starts no variable, and its length in the template. */
function literalAt(
  template: string,
  dollar: number,
  syntax: VariableSyntax,
): { text: string; length: number } | undefined {
  if (syntax === "compose") return template[dollar + 1] === "$" ? { text: "$", length: 2 } : undefined;
  if (template.startsWith("$${", dollar)) return { text: "${", length: 3 };
  return template[dollar + 1] === "{" ? undefined : { text: "$", length: 1 };
}

interface Reference {
  name: string;
  /** `` for none, or `:-`, `-`, `:?`, `?`, `:+`, `+`. */
  operator: string;
  operand: string;
  /** Offset of the operand from the dollar sign. */
  operandOffset: number;
  end: number;
}

function readReference(template: string, dollar: number): Reference | { problem: string } {
  if (template[dollar + 1] !== "{") {
    const name = matchAt(NAME, template, dollar + 1);
    if (name === "") return { problem: "expected a variable name after $" };
    return { name, operator: "", operand: "", operandOffset: 0, end: dollar + 1 + name.length };
  }
  const name = matchAt(NAME, template, dollar + 2);
  const afterName = dollar + 2 + name.length;
  const close = closingBrace(template, dollar + 2);
  if (close < 0) return { problem: "missing } after the variable" };
  if (name === "") return { problem: "variable names consist of letters, digits and _, and don't start with a digit" };
  if (close === afterName) return { name, operator: "", operand: "", operandOffset: 0, end: close + 1 };
  const operator = matchAt(OPERATOR, template, afterName);
  if (operator === "") return { problem: `unexpected text after the variable name ${name}` };
  const operandFrom = afterName + operator.length;
  const operand = template.slice(operandFrom, close);
  return { name, operator, operand, operandOffset: operandFrom - dollar, end: close + 1 };
}

/** Index of the brace that closes the one before `from`. Braces in between are paired. */
function closingBrace(template: string, from: number): number {
  let open = 1;
  for (let index = from; index < template.length; index += 1) {
    if (template[index] === "{") open += 1;
    if (template[index] === "}") open -= 1;
    if (open === 0) return index;
  }
  return -1;
}

function resolve(
  { name, operator, operand, operandOffset }: Reference,
  index: number,
  level: number,
  expansion: Expansion,
): string {
  const { lookup, problems } = expansion;
  const value = lookup(name);
  const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
  const nested = (): string => {
    if (level < MAX_NESTING) return expand(operand, index + operandOffset, level + 1, expansion);
    problems.push({
      index,
      message: `defaults are nested more than ${MAX_NESTING} levels deep`,
      hint: "Reduce the nesting.",
    });
    return "";
  };

  if (operator.endsWith("+")) return isSet ? nested() : "";
  if (isSet) return value;
  if (operator.endsWith("-")) return nested();
  problems.push({
    index,
    message: `the variable ${name} is ${value === undefined ? "not set" : "empty"}${customMessage(operand)}`,
    hint: `Set ${name} in the environment or in an env file, or give it a default: \${${name}:-...}.`,
    ...(operator === "" && { unset: name }),
  });
  return "";
}

/** The message of `${NAME:?message}`. Variables in it are not replaced. */
const customMessage = (operand: string): string => (operand === "" ? "" : `: ${operand.slice(0, 200)}`);
