import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { fetchContent } from "./content.js";
import { readContent } from "./content.js";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
  const started = createServer(answer).listen(0, "127.0.0.1");
  server = started;
  await new Promise((resolve) => started.once("listening", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
};

const text = (content: Awaited<ReturnType<typeof fetchContent>>): string =>
  "bytes" in content ? Buffer.from(content.bytes).toString() : `problem: ${content.problem}`;

test("github:// reads the raw file at the ref, or at the default branch, with the token", async () => {
  const base = await serve(({ url, headers }, response) => response.end(`${url} ${headers.authorization ?? "-"}`));
  const variables: Record<string, string> = { OPENFACTORY_GITHUB_RAW_URL: `${base}/` };
  const source = { file: "dev.yml", variable: (name: string) => variables[name] };
  expect(text(await readContent("github://owner:repo@/dir/my model.xml", source))).toBe(
    "/owner/repo/HEAD/dir/my%20model.xml -",
  );
  variables["GITHUB_TOKEN"] = "s3cret";
  expect(text(await readContent("github://owner:repo@v1.0/device.xml", source))).toBe(
    "/owner/repo/v1.0/device.xml Bearer s3cret",
  );
});

test("credentials in a URL are sent, but not to the host of a redirect", async () => {
  const seen: string[] = [];
  const base = await serve(({ url, headers }, response) => {
    seen.push(`${url} ${headers.authorization ?? "-"}`);
    if (url === "/a") response.writeHead(302, { location: "/b" }).end();
    else if (url === "/b") response.writeHead(302, { location: `${base.replace("127.0.0.1", "localhost")}/c` }).end();
    else response.end("<x/>");
  });
  expect(text(await fetchContent(base.replace("//", "//me:pass@") + "/a"))).toBe("<x/>");
  const basic = `Basic ${Buffer.from("me:pass").toString("base64")}`;
  expect(seen).toEqual([`/a ${basic}`, `/b ${basic}`, "/c -"]);
});

test("a token is not sent to the host of a redirect", async () => {
  const seen: string[] = [];
  const base = await serve(({ url, headers }, response) => {
    seen.push(`${url} ${headers.authorization ?? "-"}`);
    if (url === "/a") response.writeHead(302, { location: `${base.replace("127.0.0.1", "localhost")}/b` }).end();
    else response.end("<x/>");
  });
  expect(text(await fetchContent(`${base}/a`, "s3cret"))).toBe("<x/>");
  expect(seen).toEqual(["/a Bearer s3cret", "/b -"]);
});

test.each([
  [404, "the server answered 404"],
  [401, "the server answered 401"],
  [500, "the server answered 500"],
])("an answer %i is a problem", async (status, problem) => {
  const base = await serve((_, response) => response.writeHead(status).end("<html>"));
  expect(text(await fetchContent(base))).toBe(`problem: download failed: ${problem}`);
});

test("infinite redirects are a problem", async () => {
  const base = await serve((_, response) => response.writeHead(302, { location: "/again" }).end());
  expect(text(await fetchContent(base))).toBe("problem: download failed: more than 5 redirects");
});

test("more than 1 MiB is a problem, and the download stops", async () => {
  let sent = 0;
  const base = await serve((_, response) => {
    const more = (): void => {
      while (sent < 100 * 1024 * 1024 && response.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
    };
    response.on("drain", more);
    more();
  });
  expect(text(await fetchContent(base))).toBe("problem: larger than 1 MiB");
  expect(sent).toBeLessThan(50 * 1024 * 1024);
});

test("a missing or incomplete answer is a problem at the time limit", async () => {
  const base = await serve(({ url }, response) => {
    if (url === "/half") response.write("<x");
  });
  expect(text(await fetchContent(`${base}/none`, undefined, 100))).toBe(
    "problem: download failed: no answer within 0.1 s",
  );
  expect(text(await fetchContent(`${base}/half`, undefined, 100))).toBe(
    "problem: download failed: no answer within 0.1 s",
  );
});

test.each(["http://", "http://[", "https://a b/"])("%s is not a valid URL", async (address) => {
  expect(text(await fetchContent(address))).toBe("problem: not a valid URL");
});
