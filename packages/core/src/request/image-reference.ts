import { z } from "zod";
import { DeploymentError } from "../errors.js";

/** An image, by its name in a registry. */
export interface NamedImage {
  /** As in the reference, without tag and digest: `nginx`, `registry.example.com:5000/team/app`. */
  name: string;
  /** Host of the registry, with its port. Default: `docker.io`. */
  registry: string;
  /** Path in that registry: `library/nginx`, `team/app`. */
  repository: string;
  tag?: string;
  /** `sha256:<64 hex digits>`, or another algorithm. */
  digest?: string;
}

/** An image, by its id on an engine. Registries don't know these ids. */
export interface ImageById {
  /** `sha256:<64 hex digits>`. */
  id: string;
}

export type ImageReference = NamedImage | ImageById;

const DEFAULT_REGISTRY = "docker.io";
const LEGACY_DEFAULT_REGISTRY = "index.docker.io";
const MAX_LENGTH = 4096;
const MAX_REPOSITORY = 255;
const HEX_DIGITS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

// The grammar of distribution/reference: [host[:port]/]path[:tag][@digest], the path in lower case.
const host = String.raw`[a-zA-Z0-9]+(?:-+[a-zA-Z0-9]+)*`;
const domain = String.raw`(?:${host}(?:\.${host})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`;
const component = String.raw`[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const tag = String.raw`\w[\w.-]*`;
const MAX_TAG = 128;
const digest = String.raw`[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]+`;
const reference = new RegExp(
  `^(?<name>(?:${domain}/)?${component}(?:/${component})*)(?::(?<tag>${tag}))?(?:@(?<digest>${digest}))?$`,
);
const imageId = /^(?:sha256:)?([0-9a-f]{64})$/;

/** Splits a name into registry and repository. Source: distribution/reference, `splitDockerDomain`. */
function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  // A first component with a dot, a port or capital letters is a host; so is localhost.
  const isHost = first === "localhost" || /[.:]/.test(first) || first !== first.toLowerCase();
  const registry = !isHost || first === LEGACY_DEFAULT_REGISTRY ? DEFAULT_REGISTRY : first;
  const path = isHost ? name.slice(slash + 1) : name;
  return { registry, repository: registry === DEFAULT_REGISTRY && !path.includes("/") ? `library/${path}` : path };
}

/** Why a digest is invalid; undefined if it is valid. Source: opencontainers/go-digest, `Validate`. */
function digestProblem(text: string): string | undefined {
  const [algorithm = "", hex = ""] = text.split(":");
  const length = Object.hasOwn(HEX_DIGITS, algorithm) ? HEX_DIGITS[algorithm] : undefined;
  if (length === undefined) return `the image's digest must be one of ${Object.keys(HEX_DIGITS).join(", ")}`;
  if (hex.length === length && hex === hex.toLowerCase()) return undefined;
  return `the image's ${algorithm} digest must have ${length} digits 0 to 9 and a to f`;
}

/** The most likely reason why a text is not a reference. */
function syntaxProblem(image: string): string {
  if (image === "") return "the image must not be empty";
  if (/\s/.test(image)) return "an image reference must not contain whitespace";
  const [withTag = ""] = image.split("@", 1);
  const colon = withTag.lastIndexOf(":");
  const repository = colon > withTag.lastIndexOf("/") ? withTag.slice(0, colon) : withTag;
  if (/[A-Z]/.test(repository.slice(repository.indexOf("/") + 1))) return "an image's repository must be lowercase";
  return "not an image reference: expected [registry/]repository[:tag][@digest]";
}

/** Parses a reference without throwing. */
function tryParse(image: string): { reference: ImageReference } | { problem: string } {
  const [, hex] = imageId.exec(image) ?? [];
  if (hex !== undefined) return { reference: { id: `sha256:${hex}` } };
  if (image.length > MAX_LENGTH) return { problem: `the image reference must have at most ${MAX_LENGTH} characters` };
  const { name, tag, digest } = reference.exec(image)?.groups ?? {};
  if (name === undefined || (tag?.length ?? 0) > MAX_TAG) return { problem: syntaxProblem(image) };
  const { registry, repository } = splitName(name);
  if (repository.length > MAX_REPOSITORY) {
    return { problem: `the image's repository must have at most ${MAX_REPOSITORY} characters` };
  }
  const problem = digest === undefined ? undefined : digestProblem(digest);
  if (problem !== undefined) return { problem };
  return { reference: { name, registry, repository, ...(tag && { tag }), ...(digest && { digest }) } };
}

/**
 * Parses an image reference by the rules of engines and registries (distribution/reference).
 * @throws DeploymentError `INVALID_REQUEST` for a text that is not an image reference.
 */
export function parseImageReference(image: string): ImageReference {
  const parsed = tryParse(image);
  if ("reference" in parsed) return parsed.reference;
  throw new DeploymentError(
    "INVALID_REQUEST",
    `Invalid image ${JSON.stringify(image.slice(0, 200))}: ${parsed.problem}.`,
    {
      field: "image",
      hint: "Use the form registry.example.com:5000/team/app:1.4.",
    },
  );
}

/** Formats a named image as `name:tag@digest`. The tag is `latest` if the image has neither tag nor digest. */
export const formatImageReference = ({ name, tag, digest }: Pick<NamedImage, "name" | "tag" | "digest">): string =>
  `${name}${tag === undefined ? (digest === undefined ? ":latest" : "") : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;

export const imageSchema = z.string().superRefine((image, context) => {
  const parsed = tryParse(image);
  if ("problem" in parsed) context.addIssue({ code: "custom", message: parsed.problem });
});

export const imagePullPolicySchema = z.enum(["missing", "always", "never"]);
