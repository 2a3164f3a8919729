import { Composer, type CST, Lexer, type ParsedNode, Parser } from "yaml";
import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import { MAX_BYTES } from "./read-text.js";
import type { SourceText } from "./source-text.js";

/** How deep collections may lie in each other. */
export const MAX_DEPTH = 100;

/** A collection in a collection is at most three entries of the parser's stack: the stream, the document, itself. */
const MAX_STACK = MAX_DEPTH + 2;

/**
 * The YAML 1.2 document of a text, as nodes with positions.
 * @throws DeploymentError `INVALID_FILE`: not YAML, empty, several documents, nested too deep, unknown tags, too large.
 */
export function composeYaml(source: SourceText, findings: Findings): ParsedNode {
  const { text } = source;
  if (text.length > MAX_BYTES) findings.abort(source.at(0), "the file is larger than 1 MiB", "Split the file.");
  const nul = text.indexOf("\0");
  if (nul >= 0) findings.abort(source.at(nul), "it is a binary file, not YAML", "Check the path.");

  const composer = new Composer({ version: "1.2", merge: false, uniqueKeys: false, resolveKnownTags: false });
  const [document, second] = composer.compose(tokens(source, findings), true, text.length);
  for (const { pos, message } of [...(document?.errors ?? []), ...(document?.warnings ?? [])]) {
    findings.add(source.at(pos[0]), ...inOurWords(message));
  }
  findings.throwIfAny();
  if (second !== undefined) {
    findings.abort(source.at(second.range[0]), "a second YAML document begins here", "Keep one document in a file.");
  }
  const root = document?.contents;
  if (!root || root.range[0] === root.range[1]) findings.abort(source.at(0), "the file is empty", "It needs apps:.");
  return root;
}

/** The parser keeps its own stack; what comes after it recurses, so that deep nesting has to end here. */
function* tokens(source: SourceText, findings: Findings): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(source.text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_STACK) {
      findings.abort(source.at(parser.offset - lexeme.length), `it is nested more than ${MAX_DEPTH} levels deep`);
    }
  }
  yield* parser.end();
}

const TAG = /^Unresolved tag: (?:tag:yaml\.org,2002:)?(.{1,60})/;

const inOurWords = (message: string): [message: string, hint?: string] => {
  const tag = TAG.exec(message)?.[1];
  if (tag !== undefined) return [`the tag ${quote(tag)} is not known`, "Leave the tag out: values are plain YAML."];
  if (message.startsWith("Tabs are not allowed")) return ["a tab indents the line", "Indent with spaces."];
  if (message.includes("Source contains multiple documents")) return ["a second YAML document begins here"];
  return [`not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, "")}`];
};
