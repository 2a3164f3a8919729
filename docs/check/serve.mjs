import { createServer } from "node:http";
import { existsSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** Serves a built site on the loopback address, without `.html`, as GitHub Pages does. Returns its address and `close`. */
export function serve(folder, base) {
  const server = createServer(({ url }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "http://site").pathname));
    const file = path.startsWith(base) ? fileAt(join(folder, path.slice(base.length))) : undefined;
    const type = file === undefined ? "text/plain" : TYPES[extname(file)];
    response.writeHead(file === undefined ? 404 : 200, { "content-type": type ?? "application/octet-stream" });
    response.end(file === undefined ? "not found" : readFileSync(file));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const close = () => {
        server.closeAllConnections();
        server.close();
      };
      resolve({ address: `http://127.0.0.1:${server.address().port}${base}`, close });
    });
  });
}

const fileAt = (path) =>
  [path, `${path}.html`, join(path, "index.html")].find((file) => existsSync(file) && statSync(file).isFile());
