import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

interface Position {
  line: number;
  character: number;
}

export interface Diagnostic {
  /** From 0, as in the protocol. */
  range: { start: Position; end: Position };
  message: string;
}

export interface Completion {
  label: string;
  documentation?: string | { value: string };
}

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message: string };
}

const require = createRequire(import.meta.url);
const SERVER = join(dirname(require.resolve("yaml-language-server/package.json")), "bin/yaml-language-server");

/** No schema of the Internet. */
const SETTINGS: Readonly<Record<string, object>> = {
  yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false, url: "" } },
};

/** The YAML language server that editors use, over its standard streams (Language Server Protocol 3.17). */
export class LanguageServer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #diagnostics = new Map<string, (found: Diagnostic[]) => void>();
  #received = Buffer.alloc(0);
  #lastId = 0;

  private constructor() {
    this.#process = spawn(process.execPath, [SERVER, "--stdio"], { stdio: "pipe" });
    this.#process.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
    this.#process.stderr.resume();
  }

  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer();
    const capabilities = {
      workspace: { configuration: true },
      textDocument: { hover: { contentFormat: ["markdown"] } },
    };
    await server.#ask("initialize", { processId: process.pid, rootUri: null, capabilities });
    server.#send({ method: "initialized", params: {} });
    return server;
  }

  /** Opens a document, and resolves with its first diagnostics. */
  open(uri: string, text: string): Promise<Diagnostic[]> {
    const found = new Promise<Diagnostic[]>((resolve) => this.#diagnostics.set(uri, resolve));
    this.#send({
      method: "textDocument/didOpen",
      params: { textDocument: { uri, languageId: "yaml", version: 1, text } },
    });
    return found;
  }

  async complete(uri: string, position: Position): Promise<Completion[]> {
    const params = { textDocument: { uri }, position };
    return ((await this.#ask("textDocument/completion", params)) as { items: Completion[] }).items;
  }

  /** The text of the hover in Markdown. */
  async hover(uri: string, position: Position): Promise<string> {
    const hover = await this.#ask("textDocument/hover", { textDocument: { uri }, position });
    return (hover as { contents: { value: string } } | null)?.contents.value ?? "";
  }

  stop(): Promise<unknown> {
    const ended = new Promise((resolve) => this.#process.once("close", resolve));
    this.#process.kill();
    return ended;
  }

  #ask(method: string, params: object): Promise<unknown> {
    const id = (this.#lastId += 1);
    const answer = new Promise<unknown>((resolve, reject) =>
      this.#answers.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result))),
    );
    this.#send({ id, method, params: params as Record<string, unknown> });
    return answer;
  }

  #send(message: Message): void {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const end = this.#received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString("latin1", 0, end))?.[1]);
      if (this.#received.length < end + 4 + length) return;
      const body = this.#received.toString("utf8", end + 4, end + 4 + length);
      this.#received = this.#received.subarray(end + 4 + length);
      this.#handle(JSON.parse(body) as Message);
    }
  }

  #handle(message: Message): void {
    const { id, method, params = {} } = message;
    if (method === undefined) {
      if (id !== undefined) this.#answers.get(id)?.(message);
    } else if (method === "textDocument/publishDiagnostics") {
      this.#diagnostics.get(params["uri"] as string)?.(params["diagnostics"] as Diagnostic[]);
    } else if (id !== undefined) {
      const items = (params["items"] ?? []) as { section?: string }[];
      const settings = items.map(({ section = "" }) => SETTINGS[section] ?? {});
      this.#send({ id, result: method === "workspace/configuration" ? settings : null });
    }
  }
}
