const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** What was read: `app_web.yml: valid for docker: 1 app`, `3 files valid: 5 apps`. */
export function filesText(
  { files, apps }: { files: readonly string[]; apps: readonly unknown[] },
  platform?: string,
): string {
  const [first] = files;
  const which = files.length === 1 && first !== undefined ? `${first === "-" ? "standard input" : first}:` : counted(files.length, "file");
  return `${which} valid${platform === undefined ? "" : ` for ${platform}`}: ${counted(apps.length, "app")}`;
}
