import { createHash } from "node:crypto";

/** The files of a context, for a Docker configuration directory. */
export function contextFiles(
  name: string,
  docker: { Host?: string; SkipTLSVerify?: boolean },
  pem: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = { Name: name, Metadata: {}, Endpoints: { docker } };
  return {
    [`contexts/meta/${id}/meta.json`]: JSON.stringify(meta),
    ...Object.fromEntries(Object.entries(pem).map(([file, text]) => [`contexts/tls/${id}/docker/${file}`, text])),
  };
}
