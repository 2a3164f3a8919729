// A program that makes nothing but calls, with nothing but Node: no tool on Node takes less time. Reads { target, calls } from
// standard input, makes 8 calls at a time, and parses answers that are JSON.
const http = require("node:http");
const { readFileSync } = require("node:fs");

const { target, calls } = JSON.parse(readFileSync(0, "utf8"));
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
let open = calls.length;
for (const { method, path, body } of calls) {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const headers = content === undefined ? {} : { "content-type": "application/json" };
  const request = http.request({ ...target, agent, method, path, headers }, (answer) => {
    const parts = [];
    answer.on("data", (part) => parts.push(part));
    answer.on("end", () => {
      if (answer.statusCode >= 400) throw new Error(`${path}: ${answer.statusCode}`);
      const text = Buffer.concat(parts).toString("utf8");
      if (answer.headers["content-type"]?.startsWith("application/json")) JSON.parse(text);
      open -= 1;
      if (open === 0) agent.destroy();
    });
  });
  request.end(content);
}
