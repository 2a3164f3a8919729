import { CAPABILITIES, REQUEST_FIELDS, type StrategyManifest } from "@openfactory/deploy-core";
import { localDockerManifest } from "@openfactory/strategy-local-docker";
import { swarmManifest } from "@openfactory/strategy-swarm";
import { clauses } from "@openfactory/strategy-contract-tests";
import { code, page, plain, table } from "./markdown.js";

/** The manifests of the platforms that the command includes. */
export const MANIFESTS: readonly StrategyManifest[] = [localDockerManifest(), swarmManifest];

/** How a platform supports a field of a request, and the reasons for what it does not support, as Markdown. */
export function fieldSupport(
  field: string,
  { supportedFields, limitations }: StrategyManifest,
): { level: "yes" | "partly" | "no"; reasons: string[] } {
  const own = limitations.filter((each) => each.field.split(/[.[]/)[0] === field);
  const reasons = own.map(({ field: path, reason, refuse }) => {
    const where = path === field ? "" : `${code(path)}: `;
    return `${where}${plain(reason)}${refuse === true ? " Refused." : ""}`;
  });
  const isSupported = (supportedFields as readonly string[]).includes(field);
  const isWhole = own.some(
    (each) => each.field === field && !each.when && !each.appliesTo && !each.whenEveryNetwork && !each.unless,
  );
  return { level: !isSupported || isWhole ? "no" : own.length > 0 ? "partly" : "yes", reasons: [...new Set(reasons)] };
}

/** The anchor of a capability in the specification. */
const firstClauseOf = (capability: string): string =>
  clauses.find(({ profile, id }) => profile === capability && id.endsWith("-1"))?.id.toLowerCase() ?? "clauses";

/** What each platform supports, from the manifests. */
export function platformsPage(): string {
  const fields = REQUEST_FIELDS.map((field) => [
    `[${code(field)}](../contract.md#fields-of-a-request)`,
    ...MANIFESTS.map((manifest) => {
      const { level, reasons } = fieldSupport(field, manifest);
      return [level, ...reasons].join("<br>");
    }),
  ]);
  const capabilities = CAPABILITIES.map((name) => [
    `[${code(name)}](../contract.md#${firstClauseOf(name)})`,
    ...MANIFESTS.map(({ capabilities: offered, capabilityOptions }) => {
      const option = capabilityOptions?.[name];
      return offered.includes(name) ? "yes" : option === undefined ? "no" : `with ${code(`--option ${option}`)}`;
    }),
  ]);
  const names = MANIFESTS.map(({ name }) => name);
  return page(
    "Platforms",
    'What the included platforms support, from their manifests. `ofdeploy platforms` prints the same for every installed platform, those of plugins too. A field without support is a warning, and an [UNSUPPORTED](../errors/UNSUPPORTED.md) error with `--strict`; "Refused" marks values that are always an error.',
    "## Fields",
    table(["field of a request", ...names], fields),
    "## Capabilities",
    table(["capability", ...names], capabilities),
    "## Options",
    "An option of a platform is passed as `--option <key=value>`. The READMEs of [local Docker](../../packages/strategy-local-docker/README.md#options) and [Swarm](../../packages/strategy-swarm/README.md) describe them.",
  );
}
