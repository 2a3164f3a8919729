import { z } from "zod";
import { DeploymentError } from "../errors.js";

/** An image by its name in a registry. */
export interface NamedImage {
  /** As written, without tag and digest: `nginx`, `registry.example.com:5000/team/app`. */
  name: string;
  /** Host of the registry, with its port; `docker.io` where the reference names none. */
  registry: string;
  /** Path in that registry: `library/nginx`, `team/app`. */
  repository: string;
  tag?: string;
  /** `sha256:<64 hex digits>`, or of another algorithm. */
  digest?: string;
}

/** An image by its id on an engine, which no registry knows. */
export interface ImageById {
  /** `sha256:<64 hex digits>`. */
  id: string;
}

export type ImageReference = NamedImage | ImageById;

const DEFAULT_REGISTRY = "docker.io";
const OLD_DEFAULT_REGISTRY = "index.docker.io";
const MAX_LENGTH = 4096;
const MAX_REPOSITORY = 255;
const HEX_DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

// The grammar of distribution/reference: [host[:port]/]path[:tag][@digest], the path in lower case.
const host = String.raw`(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`;
const domain = String.raw`(?:${host}(?:\.${host})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`;
const component = String.raw`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const tag = String.raw`[\w][\w.-]{0,127}`;
const digest = String.raw`[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}`;
const reference = new RegExp(
  `^(?<name>(?:${domain}/)?${component}(?:/${component})*)(?::(?<tag>${tag}))?(?:@(?<digest>${digest}))?$`,
);
const imageId = /^(?:sha256:)?([0-9a-f]{64})$/;

/** Registry and path of a name. Source: distribution/reference, `splitDockerDomain`. */
function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  // Only a host has a dot, a port or capital letters; localhost is none of Docker Hub's accounts either.
  const isHost = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  const registry = !isHost || first === OLD_DEFAULT_REGISTRY ? DEFAULT_REGISTRY : first;
  const path = isHost ? name.slice(slash + 1) : name;
  return { registry, repository: registry === DEFAULT_REGISTRY && !path.includes("/") ? `library/${path}` : path };
}

/** What is wrong with a digest. Source: opencontainers/go-digest, `Validate`. */
function digestFault(text: string): string | undefined {
  const [algorithm = "", hex = ""] = text.split(":");
  const length = HEX_DIGITS[algorithm];
  if (length === undefined) return `the image's digest is of none of these: ${Object.keys(HEX_DIGITS).join(", ")}`;
  if (hex.length === length && hex === hex.toLowerCase()) return undefined;
  return `the image's ${algorithm} digest is not ${length} digits 0 to 9 and a to f`;
}

/** What keeps a text from being a reference at all, as well as it can be told. */
function formFault(image: string): string {
  if (image === "") return "the image is empty";
  if (/\s/.test(image)) return "an image reference has no white space";
  const repository = image.replace(/@.*$/, "").replace(/:[^/]*$/, "");
  if (/[A-Z]/.test(repository.slice(repository.indexOf("/") + 1))) return "an image's repository is in lower case";
  return "not an image reference: expected [registry/]repository[:tag][@digest]";
}

/** What an image reference says, or what is wrong with it. */
function readImageReference(image: string): { found: ImageReference } | { fault: string } {
  const [, hex] = imageId.exec(image) ?? [];
  if (hex !== undefined) return { found: { id: `sha256:${hex}` } };
  if (image.length > MAX_LENGTH) return { fault: "the image reference is too long" };
  const { name, tag, digest } = reference.exec(image)?.groups ?? {};
  if (name === undefined) return { fault: formFault(image) };
  const { registry, repository } = splitName(name);
  if (repository.length > MAX_REPOSITORY) {
    return { fault: `the image's repository is too long: it may have ${MAX_REPOSITORY} characters` };
  }
  const fault = digest === undefined ? undefined : digestFault(digest);
  if (fault !== undefined) return { fault };
  return { found: { name, registry, repository, ...(tag && { tag }), ...(digest && { digest }) } };
}

/**
 * Takes an image reference apart, by the rules that engines and registries have: distribution/reference.
 * @throws DeploymentError `INVALID_REQUEST` for what is none.
 */
export function parseImageReference(image: string): ImageReference {
  const read = readImageReference(image);
  if ("found" in read) return read.found;
  throw new DeploymentError("INVALID_REQUEST", `${JSON.stringify(image.slice(0, 200))} is no image: ${read.fault}.`, {
    field: "image",
    hint: "Write it as in registry.example.com:5000/team/app:1.4.",
  });
}

/** A named image as a whole: `repository:tag@digest` as far as these are there; `latest` where neither is. */
export const imageText = ({ name, tag, digest }: Pick<NamedImage, "name" | "tag" | "digest">): string =>
  `${name}${tag === undefined ? (digest === undefined ? ":latest" : "") : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;

export const imageSchema = z.string().superRefine((image, context) => {
  const read = readImageReference(image);
  if ("fault" in read) context.addIssue({ code: "custom", message: read.fault });
});

export const imagePullPolicySchema = z.enum(["missing", "always", "never"]);
