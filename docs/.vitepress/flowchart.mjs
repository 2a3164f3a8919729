/** Shows a Mermaid flowchart as a table of its arrows: Mermaid itself would be the largest part of the site. */
export function flowchartTable(markdown) {
  const { fence } = markdown.renderer.rules;
  markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info, content } = tokens[index];
    if (info.trim() !== "mermaid") return fence(tokens, index, options, env, self);
    const rows = content.split("\n").flatMap((line) => {
      const [, from, kind, to] = /^ *(.+?) +(-->|-\. "(?:[^"]*)" \.->) +(.+)$/.exec(line) ?? [];
      return from === undefined
        ? []
        : [[names(from), names(to) + (/"(.*)"/.exec(kind)?.[1].replace(/.+/, " ($&)") ?? "")]];
    });
    const body = rows.map(([from, to]) => `<tr><td>${from}</td><td>${to}</td></tr>`).join("");
    return `<table><thead><tr><th>from</th><th>to</th></tr></thead><tbody>${body}</tbody></table>`;
  };
}

const names = (side) =>
  side
    .split("&")
    .map((node) => node.replace(/\[.*?\]/g, "").trim())
    .join(", ");
