import { dirname, isAbsolute, normalize, resolve } from "node:path/posix";
import { createPublicKey } from "node:crypto";
import { z } from "zod";
import { readTextFile } from "../files/read-file.js";
import { Findings } from "../findings.js";
import { addSchemaFindings } from "../schema/schema-findings.js";
import { readTree, type TreeFormat } from "../yaml/read-tree.js";
import { SourceText } from "../yaml/source-tree.js";

const directory = z
  .string()
  .refine((path) => isAbsolute(path) && normalize(path) === path, "expected an absolute path without `..`");
/** A host, optionally followed by a path: `docker.io/library`. */
const repositoryPrefix = z
  .string()
  .regex(/^[a-z0-9.:[\]-]+(?:\/[a-z0-9._-]+)*$/, "expected a registry host, or a host and a path in lowercase");

/** Created when a policy is read, since few commands read one. */
const createPolicySchema = () =>
  z.strictObject({
    /** `false`: no app is privileged. */
    privileged: z.boolean().optional(),
    /** `false`: no app uses the network of the host. */
    host_network: z.boolean().optional(),
    /** The capabilities that apps may add. */
    capabilities: z
      .array(z.string().regex(/^[A-Z_]+$/, "expected the name of a capability, such as NET_BIND_SERVICE"))
      .optional(),
    /** `false`: no app mounts the socket of an engine, or a directory that contains one. */
    engine_socket: z.boolean().optional(),
    /** The directories of hosts that apps may mount, with what is below them. */
    binds: z.array(directory).optional(),
    /** The devices of hosts that apps may use. */
    devices: z.array(directory).optional(),
    images: z
      .strictObject({
        /** `true`: every image has a digest. */
        digest: z.boolean().optional(),
        /** The registries that images may come from, or parts of them: `docker.io/library`. */
        registries: z.array(repositoryPrefix).optional(),
        /** Files with public keys of cosign, relative to this file. Every image has a signature of one of them. */
        signed_by: z.array(z.string().min(1)).min(1).optional(),
      })
      .optional(),
  });

/** The rules of a site, as the deployer takes them: see its `Policy`. */
export interface PolicyFile {
  source: string;
  privileged?: boolean;
  hostNetwork?: boolean;
  capabilities?: readonly string[];
  engineSocket?: boolean;
  binds?: readonly string[];
  devices?: readonly string[];
  images?: { digest?: boolean; registries?: readonly string[]; signedBy?: readonly string[] };
}

/** A policy must mean the same for every user, so it has no variables and no keys that are not read. */
const FORMAT: TreeFormat = { syntax: "braces", isExtension: () => false, localTags: [] };

/**
 * Reads a policy file. The keys that it names are read, too.
 * @param file an absolute path.
 * @throws DeploymentError `INVALID_FILE` with all findings: the file or a key can't be read, or contains something else.
 */
export async function readPolicy(file: string): Promise<PolicyFile> {
  const findings = new Findings();
  const tree = readTree(new SourceText(file, await readTextFile(file)), () => undefined, findings, FORMAT);
  findings.throwIfAny();
  const schema = createPolicySchema();
  const { data, error } = schema.safeParse(tree.root.value);
  if (error !== undefined) addSchemaFindings(error, [], tree, findings, (path) => knownKeysAt(path, schema));
  findings.throwIfAny();
  const { host_network, engine_socket, images, ...same } = data ?? {};
  const { signed_by, ...imageRules } = images ?? {};
  const signedBy: string[] = [];
  for (const [index, path] of (signed_by ?? []).entries()) {
    const pem = await readTextFile(resolve(dirname(file), path));
    if (isPublicKey(pem)) signedBy.push(pem);
    else {
      findings.add(
        tree.locate(["images", "signed_by", index]),
        `${path} is not an ECDSA P-256 public key in PEM`,
        "Use the file cosign.pub that `cosign generate-key-pair` writes.",
      );
    }
  }
  findings.throwIfAny();
  return {
    source: file,
    ...same,
    ...(host_network !== undefined && { hostNetwork: host_network }),
    ...(engine_socket !== undefined && { engineSocket: engine_socket }),
    ...(images && { images: { ...imageRules, ...(signed_by && { signedBy }) } }),
  };
}

const knownKeysAt = (path: readonly PropertyKey[], { shape }: ReturnType<typeof createPolicySchema>): string[] =>
  Object.keys(path[0] === "images" ? shape.images.unwrap().shape : shape);

function isPublicKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(pem);
    return (
      pem.includes("BEGIN PUBLIC KEY") &&
      asymmetricKeyType === "ec" &&
      asymmetricKeyDetails?.namedCurve === "prime256v1"
    );
  } catch {
    return false;
  }
}
