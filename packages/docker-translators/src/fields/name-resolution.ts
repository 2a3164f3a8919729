import { type NormalizedRequest, parseExtraHost, type ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body-types.js";
import type { HostConfig } from "../engine-api/container-types.js";
import type { ContainerSpec, DnsConfig } from "../engine-api/service-types.js";
import { copyDefined, sortedSet, withoutEmpty } from "../plain-data.js";

type ResolutionFields = Pick<NormalizedRequest, "extraHosts" | "dns">;
type ResolutionSettings = Pick<ServiceSettings, keyof ResolutionFields>;
type HostFields = Pick<HostConfig, "ExtraHosts" | "Dns" | "DnsSearch" | "DnsOptions">;

/** `extraHosts` and `dns` to `ExtraHosts`, `Dns`, `DnsSearch` and `DnsOptions` of HostConfig. */
export const toHostResolution = ({ extraHosts = [], dns = {} }: ResolutionFields): HostFields => ({
  ...(extraHosts.length > 0 && { ExtraHosts: [...extraHosts] }),
  ...(dns.servers?.length && { Dns: [...dns.servers] }),
  ...(dns.search?.length && { DnsSearch: [...dns.search] }),
  ...(dns.options?.length && { DnsOptions: [...dns.options] }),
});

/** `ExtraHosts`, `Dns`, `DnsSearch` and `DnsOptions` of HostConfig to `extraHosts` (a sorted set) and `dns` (in order). */
export const fromHostResolution = ({ ExtraHosts, Dns, DnsSearch, DnsOptions }: Answered<HostFields>) =>
  toSettings(ExtraHosts, { Nameservers: Dns, Search: DnsSearch, Options: DnsOptions });

type ServiceFields = Pick<ContainerSpec, "Hosts" | "DNSConfig">;

/** `extraHosts` and `dns` to `Hosts` (in the form of hosts(5): the address first) and `DNSConfig` of ContainerSpec. */
export function toServiceResolution({ extraHosts = [], dns = {} }: ResolutionFields): ServiceFields {
  const config = withoutEmpty({
    Nameservers: dns.servers && [...dns.servers],
    Search: dns.search && [...dns.search],
    Options: dns.options && [...dns.options],
  });
  return {
    ...(extraHosts.length > 0 && {
      Hosts: extraHosts.map(parseExtraHost).map(({ host, address }) => `${address} ${host}`),
    }),
    ...(config && { DNSConfig: config as DnsConfig }),
  };
}

/** `Hosts` and `DNSConfig` of ContainerSpec to `extraHosts` and `dns`. The swarm's agent ignores more names in one line. */
export const fromServiceResolution = ({ Hosts, DNSConfig }: Answered<ServiceFields>): ResolutionSettings =>
  toSettings(
    Hosts?.map((line) => line.split(/\s+/)).map(([address, host]) => `${host}:${address}`),
    DNSConfig ?? {},
  );

function toSettings(entries: readonly string[] | null | undefined, dns: Answered<DnsConfig>): ResolutionSettings {
  const extraHosts = sortedSet(entries?.map(parseExtraHost).map(({ host, address }) => `${host}:${address}`));
  const { Nameservers: servers, Search: search, Options: options } = dns;
  const resolver = withoutEmpty(copyDefined({ servers, search, options }));
  return {
    ...(extraHosts.length > 0 && { extraHosts }),
    ...(resolver && { dns: resolver as NonNullable<ServiceSettings["dns"]> }),
  };
}
