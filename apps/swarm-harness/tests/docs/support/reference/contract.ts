import { CAPABILITIES, deployRequestSchema, REQUEST_FIELDS } from "@openfactory/deploy-core";
import { globSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { root } from "../pages.js";
import { code, page, plain, table } from "./markdown.js";
import { MANIFESTS, fieldSupport } from "./platforms.js";
import { keysIn, ruleText, type Schema, typeText } from "./schema-keys.js";
import { docOf, interfaceOf, sourceOf } from "./source-docs.js";

const SOURCES = "packages/core/src";

/** The reference of the contract: the fields of a request, the capabilities and the manifest. */
export function contractPage(): string {
  const request = interfaceOf(sourceOf(`${SOURCES}/request/deploy-request.ts`), "DeployRequest") ?? "";
  const schema = z.toJSONSchema(deployRequestSchema, { io: "input", unrepresentable: "any" }) as Schema;
  const strategy = sourceOf(`${SOURCES}/strategy/strategy.ts`);
  return page(
    "Contract",
    "What a program passes to a strategy, and what a strategy implements. [core](../../packages/core/README.md) explains it, and [API](api/deploy-core.md) has every declaration.",
    "## Strategy",
    "Every strategy has these operations. `deploy` and `remove` are enough; everything else is a capability.",
    declaration(classOf(strategy)),
    "## Request",
    "One service to deploy. Durations are in nanoseconds and memory is in bytes, as in Docker's API. Unknown fields are refused.",
    table(
      ["field", "type", "description", ...MANIFESTS.map(({ name }) => name)],
      REQUEST_FIELDS.map((field) => {
        const inner = schema.properties?.[field] ?? {};
        const required = schema.required?.includes(field) ?? false;
        const rule = ruleText(inner);
        return [
          code(field),
          `${typeText(inner)}${required ? ", required" : ""}`,
          [docOf(request, field), rule === "" ? "" : `Rule: ${rule}.`].filter(Boolean).join(" "),
          ...MANIFESTS.map((manifest) => fieldSupport(field, manifest).level),
        ];
      }),
    ),
    "[Platforms](platforms.md#fields) has the reasons of `partly` and `no`.",
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
    "## Capabilities",
    "A strategy declares the capabilities that it implements in its manifest, and `supports(strategy, name)` asks for one.",
    ...capabilitySections(),
    "## Manifest",
    declaration(interfaceOf(sourceOf(`${SOURCES}/strategy/manifest.ts`), "StrategyManifest") ?? ""),
    declaration(interfaceOf(sourceOf(`${SOURCES}/strategy/manifest.ts`), "Limitation") ?? ""),
  );
}

const declaration = (text: string): string => `\`\`\`typescript\n${text}\n\`\`\``;

/** The class of all strategies, without its private members. */
function classOf(source: string): string {
  const start = source.indexOf("export abstract class OpenFactoryServiceDeploymentStrategy");
  const text = source.slice(start, source.indexOf("\n}\n", start) + 2);
  // Bodies of methods are not part of the contract.
  return text.replaceAll(/(?: =)? \{\n(?: {4}.*\n|\n)* {2}\};?/g, ";");
}

function capabilitySections(): string[] {
  const names = sourceOf(`${SOURCES}/capabilities/capabilities.ts`);
  const files = globSync(`${SOURCES}/capabilities/*.ts`, { cwd: root })
    .filter((path) => !path.includes(".test."))
    .map((path) => sourceOf(join(path)));
  return CAPABILITIES.map((name) => {
    const [, type = ""] = new RegExp(`^  ${name}: (\\w+);`, "m").exec(names) ?? [];
    const text = files.map((source) => interfaceOf(source, type)).find((found) => found !== undefined);
    if (text === undefined) throw new Error(`The capability ${name} has no interface ${type}.`);
    const offered = MANIFESTS.filter(({ capabilities }) => capabilities.includes(name)).map((each) => each.name);
    return `### ${name}\n\n${offered.length === 0 ? "" : `Platforms: ${plain(offered.join(", "))}.\n\n`}${declaration(text)}`;
  });
}
