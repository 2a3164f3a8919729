/** Longer declarations are cut: they are schemas, whose parts the page of the contract describes. */
const MAX_LINES = 60;

/** The page of a package: each exported declaration with its documentation. */
export function apiPage({ name, description, folder }, declarations) {
  const { exported, declared } = readDeclarations(declarations);
  const values = exported.filter((each) => declared.has(each) && !isType(declared.get(each).text));
  const types = exported.filter((each) => declared.has(each) && isType(declared.get(each).text));
  const sections = [
    ["Functions, classes and constants", values],
    ["Types", types],
  ].filter(([, names]) => names.length > 0);
  return [
    `# ${name}`,
    "<!-- Written by npm run api. -->",
    `${description} The [README](../../../${folder}/README.md) explains it.`,
    ...sections.flatMap(([title, names]) => [
      `## ${title}`,
      ...names.sort().flatMap((each) => section(each, declared.get(each))),
    ]),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

const section = (name, { doc, text }) => [
  `### ${name}`,
  ...(doc === "" ? [] : [doc]),
  `\`\`\`typescript\n${cut(text)}\n\`\`\``,
];

function cut(text) {
  const lines = text.split("\n");
  return lines.length <= MAX_LINES
    ? text
    : [...lines.slice(0, MAX_LINES), `// ${lines.length - MAX_LINES} more lines`].join("\n");
}

const isType = (text) => /^(?:interface|type)\b/.test(text);

/** The names that are exported, and the declarations by name, without \`export\` and \`declare\`. */
function readDeclarations(declarations) {
  const exported = new Set();
  const declared = new Map();
  const parts = declarations.matchAll(
    /^(?:\/\*\*(?<doc>(?:(?!\*\/)[^])*)\*\/\n)?(?<text>(?!import|\/\/|\/\*)[a-z@][^]*?)(?=\n(?:[a-z@]|\/[/*])|\n*$(?![^]))/gm,
  );
  for (const { groups } of parts) {
    const list = /^export (?:type )?\{([^]*?)\}/.exec(groups.text);
    if (list !== null) {
      for (const entry of list[1].split(","))
        exported.add(
          entry
            .trim()
            .replace(/^type /, "")
            .replace(/^.* as /, ""),
        );
      continue;
    }
    const found =
      /^(export )?(?:declare )?((?:abstract )?(?:class|function|const|interface|type|let) ([\w$]+)[^]*)/.exec(
        groups.text,
      );
    if (found === null) continue;
    const [, isExport, text, name] = found;
    if (isExport) exported.add(name);
    const before = declared.get(name);
    const doc = before?.doc || docText(groups.doc ?? "");
    // Overloads of a function.
    declared.set(name, { doc, text: before === undefined ? text.trim() : `${before.text}\n${text.trim()}` });
  }
  return { exported: [...exported].filter((name) => name !== ""), declared };
}

/** A documentation comment as Markdown: tags become a list. */
function docText(comment) {
  const lines = comment.split("\n").map((line) => line.replace(/^ *\* ?/, "").trim());
  const [text, ...tags] = lines
    .join("\n")
    .trim()
    .split(/\n?^@(?=\w)/m);
  const list = tags.map(
    (tag) => `- ${tag.replace(/^(\w+)\s+/, (_, name) => `${LABELS[name] ?? name}: `).replaceAll("\n", " ")}`,
  );
  return [escaped(text.trim()), escaped(list.join("\n"))].filter((part) => part !== "").join("\n\n");
}

const LABELS = { param: "Parameter", returns: "Returns", throws: "Throws" };

/** Links of TSDoc as code, and characters that Markdown would take for HTML, except in backticks. */
const escaped = (text) =>
  text
    .replace(/\{@link ([^}|]+)[^}]*\}/g, "`$1`")
    .replace(/`[^`]*`|[<>]/g, (found) => (found.startsWith("`") ? found : `\\${found}`));
