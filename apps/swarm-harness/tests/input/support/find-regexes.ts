import { globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";

const root = fileURLToPath(new URL("../../../../..", import.meta.url));

/** A regular expression of the source. */
export interface FoundRegex {
  /** `packages/core/src/errors.ts:12`. */
  place: string;
  file: string;
  source: string;
  flags: string;
}

/** `new RegExp(...)` whose pattern depends on more than constants of its module. */
interface DynamicRegex {
  place: string;
  file: string;
  /** Its arguments, as written. */
  text: string;
}

/** The regular expressions of everything that users run: literals, and `new RegExp(...)` of constants. */
export const findRegexes = (): Found => (found ??= findAll());

interface Found {
  regexes: FoundRegex[];
  dynamic: DynamicRegex[];
}
let found: Found | undefined;

function findAll(): Found {
  const files = ["packages/*/src/**/*.ts", "packages/*/template/src/**/*.ts", "apps/cli/src/**/*.ts"]
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !/\.(?:test|support)\.ts$|\.test\.data\.ts$|strategy-contract-tests/.test(file))
    .sort();
  const parts = files.map((file) => findInFile(file));
  return { regexes: parts.flatMap(({ regexes }) => regexes), dynamic: parts.flatMap(({ dynamic }) => dynamic) };
}

function findInFile(file: string): Found {
  const text = readFileSync(join(root, file), "utf8");
  const { program } = parseSync(file, text);
  const regexes: FoundRegex[] = [];
  const dynamic: DynamicRegex[] = [];
  const constants: string[] = [];
  const placeOf = (offset: number): string => `${relative(".", file)}:${text.slice(0, offset).split("\n").length}`;
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration" || declaration.kind !== "const") continue;
    for (const { id, init } of declaration.declarations) {
      const isText =
        init?.type === "Literal" || init?.type === "TemplateLiteral" || init?.type === "TaggedTemplateExpression";
      if (isText && id.type === "Identifier") constants.push(`const ${id.name} = ${text.slice(init.start, init.end)};`);
    }
  }
  new Visitor({
    Literal(node) {
      if ("regex" in node) {
        regexes.push({ file, place: placeOf(node.start), source: node.regex.pattern, flags: node.regex.flags });
      }
    },
    NewExpression(node) {
      if (node.callee.type !== "Identifier" || node.callee.name !== "RegExp") return;
      const [first] = node.arguments;
      const written = text.slice(first?.start, node.arguments.at(-1)?.end);
      const place = placeOf(node.start);
      try {
        const [source, flags = ""] = new Function(`${constants.join("\n")} return [${written}];`)() as string[];
        regexes.push({ file, place, source: String(source), flags });
      } catch {
        dynamic.push({ file, place, text: written });
      }
    },
  }).visit(program);
  return { regexes, dynamic };
}
