import { trimEnd, whileWaiting } from "@openfactory/deploy-core";
import { FILE_NOT_FOUND, resolvePath, readFiles } from "../files/referenced-files.js";
import { MAX_BYTES } from "../limits.js";

/** Content that a device references, or why it can't be read. */
export type Content = { readonly bytes: Uint8Array } | { readonly problem: string; readonly hint: string };

export interface ContentSource {
  /** The file that references the content. */
  file: string;
  variable: (name: string) => string | undefined;
}

/** Base URL for `github://`. The variable `OPENFACTORY_GITHUB_RAW_URL` overrides it, such as for a mirror. */
const GITHUB_RAW = "https://raw.githubusercontent.com";

const GITHUB = /^github:\/\/([\w.-]+):([\w.-]+)@([^/]*)\/(.+)$/;

const schemeOf = (written: string): string | undefined =>
  /^([a-z][a-z0-9+.-]+):\/\//i.exec(written)?.[1]?.toLowerCase();

/** Whether the content is downloaded. */
export const isRemote = (written: string): boolean => schemeOf(written) !== undefined;

/**
 * Reads a path, `http(s)://`, or `github://owner:repo@ref/path`, where an empty ref is the default branch. Problems don't
 * contain the URL, since it may contain the value of a variable.
 */
export async function readContent(written: string, { file, variable }: ContentSource): Promise<Content> {
  const scheme = schemeOf(written);
  if (scheme === undefined) {
    const path = resolvePath(written, file, variable);
    return (await readFiles([path])).get(path) ?? FILE_NOT_FOUND;
  }
  if (scheme === "http" || scheme === "https") return fetchContent(written);
  if (scheme !== "github") {
    return { problem: `unknown scheme ${scheme}://`, hint: "Use a path, http://, https:// or github://." };
  }
  const [, owner, repo, ref, path = ""] = GITHUB.exec(written) ?? [];
  if (owner === undefined || repo === undefined) {
    return {
      problem: "expected the form github://owner:repo@ref/path",
      hint: "Leave the ref empty for the default branch: github://owner:repo@/path.",
    };
  }
  const base = trimEnd(variable("OPENFACTORY_GITHUB_RAW_URL") ?? GITHUB_RAW, "/");
  const steps = [owner, repo, ref || "HEAD", ...path.split("/")].map(encodeURIComponent).join("/");
  return fetchContent(`${base}/${steps}`, variable("GITHUB_TOKEN"));
}

/** Time limit of a download including redirects, in milliseconds. */
const FETCH_TIMEOUT_MS = 10_000;

const MAX_REDIRECTS = 5;

const failed = (problem: string, hint: string): Content => ({ problem, hint });
const CHECK_URL = "Check the URL, and that this machine can reach it.";

/**
 * Downloads up to 1 MiB. Follows redirects, except from https to http.
 * @param token sent to the first host only.
 */
export async function fetchContent(address: string, token?: string, timeoutMs = FETCH_TIMEOUT_MS): Promise<Content> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  try {
    // Not the address: it may contain the value of a variable.
    const wait = { subject: "the server of a device's file", action: "send it", level: "call" } as const;
    return await whileWaiting(wait, () => download(address, token, limit.signal));
  } catch (error) {
    if (limit.signal.aborted) return failed(`download failed: no answer within ${timeoutMs / 1000} s`, CHECK_URL);
    return failed(`download failed: ${reasonOf(error)}`, CHECK_URL);
  } finally {
    clearTimeout(timer);
  }
}

async function download(address: string, token: string | undefined, signal: AbortSignal): Promise<Content> {
  let url = parseUrl(address);
  const first = url?.origin;
  for (let redirects = 0; url !== undefined; redirects += 1) {
    const credentials = url.origin === first ? authorization(url, token) : undefined;
    const target = new URL(url);
    target.username = "";
    target.password = "";
    const response = await fetch(target, {
      redirect: "manual",
      signal,
      headers: { accept: "application/xml, text/xml, */*", ...(credentials && { authorization: credentials }) },
    });
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      if (redirects === MAX_REDIRECTS)
        return failed(`download failed: more than ${MAX_REDIRECTS} redirects`, CHECK_URL);
      const next = parseUrl(location, url);
      if (url.protocol === "https:" && next?.protocol === "http:") {
        return failed("download failed: the server redirects from https to http", "Use the URL that it redirects to.");
      }
      url = next;
      continue;
    }
    if (response.ok) return readBody(response);
    await response.body?.cancel();
    return failed(`download failed: the server answered ${response.status}`, hintFor(response.status));
  }
  return failed("not a valid URL", "Use http://host/path or https://host/path.");
}

async function readBody(response: Response): Promise<Content> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the download.
    if (size > MAX_BYTES) return failed("larger than 1 MiB", "Check the URL.");
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks) };
}

function parseUrl(address: string, base?: URL): URL | undefined {
  const url = URL.parse(address, base?.href);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") ? url : undefined;
}

function authorization({ username, password }: URL, token: string | undefined): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (username === "" && password === "") return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

const hintFor = (status: number): string => {
  if (status === 401 || status === 403) return "The server requires credentials. For github://, set GITHUB_TOKEN.";
  if (status === 404) return "Check the path and the ref. For a private GitHub repository, set GITHUB_TOKEN.";
  return "Try again later, or save a copy next to this file and use its relative path.";
};

/** The system's error code. The message is not used, since it may contain the URL. */
function reasonOf(error: unknown): string {
  const { cause, code } = error as { cause?: { code?: unknown }; code?: unknown };
  const known = cause?.code ?? code;
  return typeof known === "string" ? known : "the connection failed";
}
