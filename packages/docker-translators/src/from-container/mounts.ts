import type { Mount, ServiceSettings } from "@openfactory/deploy-core";
import type { ContainerMount } from "../engine-api/container.js";
import type { InspectedContainer } from "../engine-api/container.js";
import { hasKeys } from "../support/copy-defined.js";

/** The mounts that were asked for, by target, without what is the engine's default anyway. Volumes of the image's are none. */
export function mountsOf({ Mounts, Binds }: InspectedContainer["HostConfig"]): Pick<ServiceSettings, "mounts"> {
  const mounts = [...(Mounts ?? []), ...(Binds ?? []).map(fromBind)].map(plain);
  return mounts.length === 0 ? {} : { mounts: mounts.sort((a, b) => (a.Target < b.Target ? -1 : 1)) as Mount[] };
}

const DEFAULTS: Readonly<Record<string, unknown>> = { Propagation: "rprivate", Consistency: "default", Name: "local" };

/** Without what says nothing: empty, false, or as it would be anyway. */
const plain = (mount: ContainerMount): ContainerMount => ({
  ...(said(mount) as ContainerMount),
  Type: mount.Type.toLowerCase() as Mount["Type"],
});

const said = (section: object): object =>
  Object.fromEntries(
    Object.entries(section)
      // The names and values of labels and driver options are their author's: each of them says something.
      .map(([key, value]) => [key, isSection(value) && key !== "Labels" && key !== "Options" ? said(value) : value])
      .filter(([key, value]) =>
        isSection(value) ? hasKeys(value) : Boolean(value) && DEFAULTS[key as string] !== value,
      ),
  );

const isSection = (value: unknown): value is object => typeof value === "object" && value !== null;

/** `/srv:/data:ro,rprivate`, `volume:/data`, or `/data` alone, a volume without a name. */
function fromBind(bind: string): ContainerMount {
  const [first = "", second, options = ""] = bind.split(":");
  const [Source, Target] = second === undefined ? [undefined, first] : [first, second];
  const words = options.split(",");
  return {
    Type: Source?.startsWith("/") ? "bind" : "volume",
    ...(Source && { Source }),
    Target,
    ...(words.includes("ro") && { ReadOnly: true }),
    ...(words.includes("nocopy") && { VolumeOptions: { NoCopy: true } }),
  };
}
