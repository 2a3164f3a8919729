import { NO_SUCH_FILE, readFiles } from "../files/files.js";
import { pathFrom } from "../files/path-from.js";
import { fetchContent } from "./fetch-content.js";

/** Content that a device's connector names, or why it can't be had. */
export type Content = { readonly bytes: Uint8Array } | { readonly problem: string; readonly hint: string };

export interface ContentSource {
  /** The file that names it. */
  file: string;
  variable: (name: string) => string | undefined;
}

/** Where `github://` finds files, unless the variable `OPENFACTORY_GITHUB_RAW_URL` names a mirror. */
const GITHUB_RAW = "https://raw.githubusercontent.com";

const GITHUB = /^github:\/\/([\w.-]+):([\w.-]+)@([^/]*)\/(.+)$/;

const schemeOf = (written: string): string | undefined =>
  /^([a-z][a-z0-9+.-]+):\/\//i.exec(written)?.[1]?.toLowerCase();

/** Whether it is read from another machine. */
export const isRemote = (written: string): boolean => schemeOf(written) !== undefined;

/**
 * Reads what a connector names: a path, as of any file that a file names; `http(s)://`; or `github://owner:repo@ref/path`,
 * where an empty ref is the default branch. Problems name no address: it may hold the value of a variable.
 */
export async function readContent(written: string, { file, variable }: ContentSource): Promise<Content> {
  const scheme = schemeOf(written);
  if (scheme === undefined) {
    const path = pathFrom(written, file);
    return (await readFiles([path])).get(path) ?? NO_SUCH_FILE;
  }
  if (scheme === "http" || scheme === "https") return fetchContent(written);
  if (scheme !== "github") {
    return { problem: `the scheme ${scheme}:// is not known`, hint: "Write a path, http://, https:// or github://." };
  }
  const [, owner, repo, ref, path = ""] = GITHUB.exec(written) ?? [];
  if (owner === undefined || repo === undefined) {
    return {
      problem: "it is not of the form github://owner:repo@ref/path",
      hint: "Leave the ref empty for the default branch: github://owner:repo@/path.",
    };
  }
  const base = (variable("OPENFACTORY_GITHUB_RAW_URL") ?? GITHUB_RAW).replace(/\/+$/, "");
  const steps = [owner, repo, ref || "HEAD", ...path.split("/")].map(encodeURIComponent).join("/");
  return fetchContent(`${base}/${steps}`, variable("GITHUB_TOKEN"));
}
