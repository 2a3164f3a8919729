import { MAX_BYTES } from "../files/read-file.js";
import { NO_SUCH_FILE, pathFrom, readFiles } from "../files/referenced-files.js";

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

/** How long one download may take, redirects included, in milliseconds. */
const FETCH_LIMIT_MS = 10_000;

const MOST_REDIRECTS = 5;

const failed = (problem: string, hint: string): Content => ({ problem, hint });
const CHECK_ADDRESS = "Check the address, and that it can be reached from this machine.";

/**
 * Downloads up to 1 MiB. Follows redirects, but none from https to http.
 * @param token sent to the first host only.
 */
export async function fetchContent(address: string, token?: string, limitMs = FETCH_LIMIT_MS): Promise<Content> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  try {
    return await download(address, token, limit.signal);
  } catch (error) {
    if (limit.signal.aborted)
      return failed(`it can't be downloaded: no answer within ${limitMs / 1000} s`, CHECK_ADDRESS);
    return failed(`it can't be downloaded: ${reasonOf(error)}`, CHECK_ADDRESS);
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
      if (redirects === MOST_REDIRECTS)
        return failed(`it can't be downloaded: more than ${MOST_REDIRECTS} redirects`, CHECK_ADDRESS);
      const next = parseUrl(location, url);
      if (url.protocol === "https:" && next?.protocol === "http:") {
        return failed(
          "it can't be downloaded: the server redirects from https to http",
          "Name the address that it redirects to.",
        );
      }
      url = next;
      continue;
    }
    if (response.ok) return readBody(response);
    await response.body?.cancel();
    return failed(`it can't be downloaded: the server answered ${response.status}`, hintFor(response.status));
  }
  return failed("it is not a valid address", "Write http://host/path or https://host/path.");
}

async function readBody(response: Response): Promise<Content> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the download.
    if (size > MAX_BYTES) return failed("it is larger than 1 MiB", "Check the address.");
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
  if (status === 401 || status === 403) return "It needs credentials: for github:// set GITHUB_TOKEN.";
  if (status === 404) return "Check the path and the ref; of a private GitHub repository, set GITHUB_TOKEN.";
  return "Try again later, or copy the file beside this one and name it by a relative path.";
};

/** The system's code: messages may hold the address. */
function reasonOf(error: unknown): string {
  const { cause, code } = error as { cause?: { code?: unknown }; code?: unknown };
  const known = cause?.code ?? code;
  return typeof known === "string" ? known : "the connection failed";
}
