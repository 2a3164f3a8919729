const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** What was read: `app_web.yml: valid for docker: 1 app`, `3 files valid: 5 apps`. */
export function filesText(
  {
    files,
    apps,
    devices = [],
  }: { files: readonly string[]; apps: readonly { device?: unknown }[]; devices?: readonly unknown[] },
  platform?: string,
): string {
  const [first] = files;
  const which =
    files.length === 1 && first !== undefined
      ? `${first === "-" ? "standard input" : first}:`
      : counted(files.length, "file");
  const own = apps.filter(({ device }) => device === undefined).length;
  const what = [
    ...(own > 0 || devices.length === 0 ? [counted(own, "app")] : []),
    ...(devices.length > 0 ? [counted(devices.length, "device")] : []),
  ];
  return `${which} valid${platform === undefined ? "" : ` for ${platform}`}: ${what.join(", ")}`;
}
