import { MAX_BYTES } from "../source/read-text.js";
import type { Content } from "./read-content.js";

/** How long one download may take, redirects included, in milliseconds. */
const FETCH_LIMIT_MS = 10_000;

const MOST_REDIRECTS = 5;

const failed = (problem: string, hint: string): Content => ({ problem, hint });
const CHECK = "Check the address, and that it can be reached from this machine.";

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
    if (limit.signal.aborted) return failed(`it can't be downloaded: no answer within ${limitMs / 1000} s`, CHECK);
    return failed(`it can't be downloaded: ${reasonOf(error)}`, CHECK);
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
        return failed(`it can't be downloaded: more than ${MOST_REDIRECTS} redirects`, CHECK);
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
