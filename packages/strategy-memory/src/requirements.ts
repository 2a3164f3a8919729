import { DeploymentError, type ErrorCode, type NormalizedRequest, type PublishedPort } from "@openfactory/deploy-core";

/** The part of an engine that decides whether a service finds what it needs. */
export interface Inventory {
  hasImage(reference: string): boolean;
  hasNetwork(name: string): boolean;
  hasFile(kind: "secret" | "config", name: string): boolean;
}

/** A requirement of a service that is missing, or in use. */
export interface MissingRequirement {
  code: ErrorCode;
  field: string;
  /** Without a full stop. */
  message: string;
  hint: string;
}

/** The images, networks and files that a service needs and that are missing. */
export const findMissing = (engine: Inventory, request: NormalizedRequest): MissingRequirement[] => [
  ...images(engine, request),
  ...networks(engine, request),
  ...files(engine, request, "secret"),
  ...files(engine, request, "config"),
];

const images = (engine: Inventory, { image }: NormalizedRequest): MissingRequirement[] =>
  engine.hasImage(image)
    ? []
    : [
        {
          code: "IMAGE_NOT_FOUND",
          field: "image",
          message: `There is no image ${image}`,
          hint: "Check the image's name and tag.",
        },
      ];

const networks = (engine: Inventory, request: NormalizedRequest): MissingRequirement[] =>
  (request.networks ?? []).flatMap((name, index): MissingRequirement[] => {
    if (engine.hasNetwork(name)) return [];
    const hint = "Create the network first, or correct its name.";
    return [{ code: "NETWORK_NOT_FOUND", field: `networks[${index}]`, message: `There is no network ${name}`, hint }];
  });

const files = (engine: Inventory, request: NormalizedRequest, kind: "secret" | "config"): MissingRequirement[] =>
  (request[`${kind}s`] ?? []).flatMap(({ name }, index): MissingRequirement[] => {
    if (engine.hasFile(kind, name)) return [];
    return [
      {
        code: "NOT_FOUND",
        field: `${kind}s[${index}]`,
        message: `There is no ${kind} ${name}`,
        hint: "Create it first.",
      },
    ];
  });

/** The first of its host ports that one of the other services uses. */
export function findPortInUse(
  { ports = [] }: NormalizedRequest,
  others: readonly NormalizedRequest[],
): MissingRequirement[] {
  const taken = others.flatMap((other) => other.ports ?? []);
  const refused = ports.find((port) => taken.some((other) => sameHostPort(port, other)));
  if (refused === undefined) return [];
  const hint = "Publish another port, or remove the service that uses this one.";
  return [{ code: "CONFLICT", field: "ports", message: `Host port ${refused.published} is already in use`, hint }];
}

const sameHostPort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published !== undefined && a.published === b.published && a.protocol === b.protocol;

/** @throws DeploymentError for the first missing requirement. */
export function throwIfMissing([first]: readonly MissingRequirement[]): void {
  if (first === undefined) return;
  const { code, message, ...rest } = first;
  throw new DeploymentError(code, `${message}.`, rest);
}
