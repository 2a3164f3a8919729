import { CONTRACT_VERSION, deployRequestSchema, REQUEST_FIELDS } from "@openfactory/deploy-core";
import { type Clause, clauses, clausesOf, sections } from "@openfactory/strategy-contract-tests";
import { z } from "zod";
import { ERROR_CODE_MEANINGS } from "./error-codes.js";
import { code, page, table } from "./markdown.js";
import { keysIn, ruleText, type Schema, typeText } from "./schema-keys.js";
import { declarationIn, docOf, interfaceOf, sourceOf, sourcesBelow } from "./source-docs.js";

const SOURCES = "packages/core/src";

/** The specification: the declarations of the contract, and its clauses. @param cases the names of all cases of the suite. */
export function contractPage(cases: readonly string[]): string {
  return page(
    "The contract of a strategy",
    ...introduction(cases),
    ...strategy(),
    ...request(),
    ...errors(),
    ...allClauses(),
  );
}

/** Each case with the clauses that it tests. */
export function contractCasesPage(cases: readonly string[]): string {
  const groups = Map.groupBy(cases, (name) => name.slice(0, name.indexOf(" > ")));
  return page(
    "Cases of the contract",
    "The cases of the [contract tests](../../packages/strategy-contract-tests/README.md), each with the [clauses](../contract.md#clauses) that it tests. Names are those of `differs` and of reports.",
    ...[...groups].flatMap(([group, names]) => [
      `## ${group}`,
      table(
        ["case", "clauses"],
        names.map((name) => [
          code(name.slice(group.length + " > ".length)),
          clausesOf(name).map(linkFromCases).join(", "),
        ]),
      ),
    ]),
  );
}

const anchorOf = (id: string): string => id.toLowerCase();
const linkFromCases = (id: string): string => `[${id}](../contract.md#${anchorOf(id)})`;

const introduction = (cases: readonly string[]): string[] => [
  `This is version ${CONTRACT_VERSION} of the contract between programs that deploy services and _strategies_, each of which deploys them to one platform. [Its ideas](explanation/contract.md) are explained elsewhere. This page has every promise as a numbered clause, and is sufficient to implement a strategy, or a caller, in any language.`,
  "## How to read it",
  [
    "- MUST, SHOULD and MAY have the meaning of [RFC 2119](https://www.rfc-editor.org/rfc/rfc2119). Without one of these words, a text explains.",
    "- A clause has a stable id, such as [DEPLOY-7](#deploy-7). The number of a clause that is removed is not used again.",
    "- A clause names its profile. _core_ applies to every strategy: deploy, remove, honest fields, errors, names, aborts, secrecy. Every other profile is a capability, and applies if the manifest declares it. A clause may also depend on fields, and on further capabilities.",
    `- Each clause lists the cases of the [contract tests](../packages/strategy-contract-tests/README.md) that test it, or why none can. \`*\` stands for any text. [Cases](reference/contract-cases.md) has the reverse: ${cases.length} cases, and the clauses of each.`,
    "- A strategy _conforms_ to a profile if no clause of it with MUST fails that applies to the strategy.",
  ].join("\n"),
  "Declarations are TypeScript, with the notation `name?` for a field that may be absent. In another language, names of operations may follow its habits. Names of fields and codes stay as they are wherever they leave a program: in requests, settings, errors and events as JSON. `Promise<X>` is an asynchronous result, `AsyncIterable<X>` an asynchronous sequence, `Uint8Array` bytes, `Readable` and `Writable` byte streams, and `AbortSignal` a cancellation token.",
  table(
    ["profile", "clauses", "without a case"],
    [...Map.groupBy(clauses, ({ profile }) => profile)].map(([profile, own]) => [
      code(profile),
      String(own.length),
      String(own.filter((clause) => clause.cases.length === 0).length),
    ]),
  ),
];

const strategy = (): string[] => [
  "## Operations of a strategy",
  "`deploy` and `remove` are enough. Everything else is a capability, whose operations are declared with its clauses.",
  declaration(classOf(sourceOf(`${SOURCES}/strategy/strategy.ts`))),
];

function request(): string[] {
  const source = interfaceOf(sourceOf(`${SOURCES}/request/deploy-request.ts`), "DeployRequest") ?? "";
  const schema = z.toJSONSchema(deployRequestSchema, { io: "input", unrepresentable: "any" }) as Schema;
  return [
    "## Fields of a request",
    "One service to deploy. Durations are in nanoseconds and memory is in bytes, as in Docker's API. Unknown fields are refused. [Platforms](reference/platforms.md#fields) lists what each platform supports.",
    table(
      ["field", "type", "description"],
      REQUEST_FIELDS.map((field) => {
        const inner = schema.properties?.[field] ?? {};
        const required = schema.required?.includes(field) ?? false;
        const rule = ruleText(inner);
        return [
          code(field),
          `${typeText(inner)}${required ? ", required" : ""}`,
          [docOf(source, field), rule === "" ? "" : `Rule: ${rule}.`].filter(Boolean).join(" "),
        ];
      }),
    ),
    "### Fields inside of fields",
    table(
      ["field", "type", "rule"],
      keysIn(schema)
        .filter(({ path }) => /[.[]/.test(path))
        .map(({ path, schema: inner, required }) => [
          code(path),
          `${typeText(inner)}${required ? ", required" : ""}`,
          ruleText(inner),
        ]),
    ),
  ];
}

const errors = (): string[] => [
  "## Error codes",
  "The codes that a strategy uses, and those of its callers. [Errors](errors/index.md) has a page for each, with causes and fixes.",
  table(
    ["code", "occurs"],
    Object.entries(ERROR_CODE_MEANINGS).map(([name, meaning]) => [`[${name}](errors/${name}.md)`, meaning]),
  ),
];

const allClauses = (): string[] => {
  const sources = sourcesBelow(SOURCES);
  return [
    "## Clauses",
    ...sections.flatMap(({ title, introduction: text = "", types, clauses: own }) => [
      `### ${title}`,
      text,
      ...types.map((name) => declaration(declarationIn(sources, name))),
      ...own.flatMap(clauseText),
    ]),
  ];
};

function clauseText({ id, text, profile, fields = [], capabilities = [], ...clause }: Clause): string[] {
  const conditions = [
    ...capabilities.map((name) => `the capability ${code(name)}`),
    ...(fields.length === 0 ? [] : [`the ${fields.length === 1 ? "field" : "fields"} ${fields.map(code).join(", ")}`]),
  ];
  return [
    `#### ${id}`,
    text,
    ...(clause.rationale === undefined ? [] : [`_Why:_ ${clause.rationale}`]),
    [
      `_Profile:_ ${profile}${conditions.length === 0 ? "" : `; applies to strategies with ${conditions.join(" and ")}`}.`,
      ...(clause.cases.length === 0 ? [] : [`_Cases:_ ${clause.cases.map(code).join("; ")}.`]),
      ...(clause.untested === undefined
        ? []
        : [`_${clause.cases.length === 0 ? "Not tested" : "In part"}:_ ${clause.untested}`]),
    ].join(" "),
  ];
}

const declaration = (text: string): string => `\`\`\`typescript\n${text}\n\`\`\``;

/** The class of all strategies, without its private members. */
function classOf(source: string): string {
  const start = source.indexOf("export abstract class OpenFactoryServiceDeploymentStrategy");
  const text = source.slice(start, source.indexOf("\n}\n", start) + 2);
  // Bodies of methods are not part of the contract.
  return text.replaceAll(/(?: =)? \{\n(?: {4}.*\n|\n)* {2}\};?/g, ";");
}
