import type { DeployRequest, Logging } from "@openfactory/deploy-core";
import { compact } from "../schema/scalars.js";
import type { FilePath } from "../yaml/source-tree.js";
import { type AppContext, field, listField, type RequestFields, renamedField } from "./fields.js";

/** The fields of Compose's keys for devices, names, the kernel and the log. */
export function hostSettingsFields(context: AppContext): RequestFields {
  const { entry, path } = context;
  const fromKey = <Value>(key: keyof typeof entry, value: Value | null | undefined) =>
    value == null ? undefined : field(value, [...path, key]);
  return compact({
    workingDir: fromKey("working_dir", entry.working_dir),
    tty: fromKey("tty", entry.tty),
    openStdin: fromKey("stdin_open", entry.stdin_open),
    stopSignal: fromKey("stop_signal", entry.stop_signal == null ? undefined : String(entry.stop_signal)),
    privileged: fromKey("privileged", entry.privileged),
    devices: devicesField(context),
    groupAdd: fromKey("group_add", entry.group_add?.map(String)),
    extraHosts: extraHostsField(context),
    dns: dnsField(context),
    sysctls: sysctlsField(context),
    shmSize: fromKey("shm_size", entry.shm_size),
    logging: loggingField(context),
  }) as RequestFields;
}

/** The parts of a device in the short form have the position of the device. */
function devicesField({ entry: { devices }, path }: AppContext): RequestFields["devices"] {
  if (devices == null) return undefined;
  const base: FilePath = [...path, "devices"];
  return {
    value: devices.map((device) => (typeof device === "string" ? device : compact(device))),
    pathOf: ([index, ...part]) =>
      index === undefined ? base : [...base, index, ...(typeof devices[Number(index)] === "string" ? [] : part)],
  };
}

function extraHostsField({ entry: { extra_hosts: hosts }, path }: AppContext): RequestFields["extraHosts"] {
  if (hosts == null) return undefined;
  const base: FilePath = [...path, "extra_hosts"];
  if (Array.isArray(hosts)) return field(hosts, base);
  return listField(
    Object.entries(hosts).flatMap(([host, addresses]) =>
      listOf(addresses).map((address) => ({ value: `${host}=${address}`, path: [...base, host] })),
    ),
  );
}

/** Keys in the file of the parts of `dns`. */
export const DNS_KEYS: Readonly<Record<string, string>> = { servers: "dns", search: "dns_search", options: "dns_opt" };

function dnsField({ entry, path }: AppContext): RequestFields["dns"] {
  const value = compact({
    servers: entry.dns == null ? undefined : listOf(entry.dns),
    search: entry.dns_search == null ? undefined : listOf(entry.dns_search),
    options: entry.dns_opt,
  });
  const [first] = Object.keys(value);
  if (first === undefined) return undefined;
  return {
    value,
    pathOf: ([part = first, ...rest]) => [...path, DNS_KEYS[String(part)] ?? "dns", ...rest],
  };
}

function sysctlsField({ entry: { sysctls }, path, report }: AppContext): RequestFields["sysctls"] {
  if (sysctls == null) return undefined;
  const base: FilePath = [...path, "sysctls"];
  if (!Array.isArray(sysctls)) {
    return field(Object.fromEntries(Object.entries(sysctls).map(([name, value]) => [name, String(value)])), base);
  }
  const lines = sysctls.map((line) => [line, line.indexOf("=")] as const);
  lines.forEach(([, end], index) => {
    if (end < 1) report([...base, index], "expected name=value, such as net.core.somaxconn=1024");
  });
  const names = lines.map(([line, end]) => line.slice(0, Math.max(0, end)).trim());
  const firsts = new Map(names.map((name, index) => [name, index] as const).toReversed());
  names.forEach((name, index) => {
    if (name !== "" && firsts.get(name) !== index) report([...base, index], `${name} is already set`);
  });
  const values = lines.flatMap(([line, end]) =>
    end < 1 ? [] : [[line.slice(0, end).trim(), line.slice(end + 1).trim()]],
  );
  return {
    value: Object.fromEntries(values) as NonNullable<DeployRequest["sysctls"]>,
    pathOf: ([name]) => (name === undefined ? base : [...base, firsts.get(String(name)) ?? 0]),
  };
}

function loggingField({ entry: { logging }, path }: AppContext): RequestFields["logging"] {
  if (logging == null) return undefined;
  const { driver, options } = logging;
  const texts = Object.entries(options ?? {}).map(([name, value]) => [name, String(value)]);
  const value = compact({ driver, options: options == null ? undefined : Object.fromEntries(texts) }) as Logging;
  return renamedField(value, [...path, "logging"], {});
}

const listOf = (value: string | readonly string[]): string[] => (typeof value === "string" ? [value] : [...value]);
