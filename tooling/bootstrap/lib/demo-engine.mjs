import { ensureTestImage } from "@openfactory/test-engine";
import { DEMO } from "./demo-settings.mjs";

/** Prepares an engine for the demo, and removes the demo's resources. */
export function prepareDemoEngine({ api, isPrivate }) {
  let ours = false;
  let createdImage = false;
  let before = new Set();

  return {
    /** Creates the image of the example file, if it is missing. */
    async prepare() {
      const others = (await containers()).map((one) => one.Names[0].slice(1));
      if (others.length > 0)
        throw new Error(`Containers of the demo's image already exist. Remove ${others.join(", ")} first.`);
      ours = true;
      before = new Set((await resources()).map(({ name }) => name));
      createdImage = await ensureTestImage(api, DEMO.image, (line) => console.log(`  ${line}`));
    },
    /** Names of the demo's remaining containers, networks and volumes. */
    leftovers: async () => [
      ...(await containers()).map((one) => one.Names[0].slice(1)),
      ...(await createdResources()).map(({ name }) => name),
    ],
    /** Removes the demo's containers, and the volumes, networks and the image that did not exist before. */
    async clean() {
      if (!ours) return;
      for (const one of await containers()) await api.request("DELETE", `/containers/${one.Id}?force=true&v=true`);
      for (const { kind, name } of await createdResources())
        await api.request("DELETE", `/${kind}/${encodeURIComponent(name)}`);
      if (createdImage && !isPrivate) await api.request("DELETE", `/images/${DEMO.image}`);
    },
  };

  async function containers() {
    const { status, body } = await api.request(
      "GET",
      `/containers/json?all=true&filters=${filtered({ ancestor: [DEMO.image] })}`,
    );
    return status === 200 ? body : [];
  }

  /** Volumes and networks of the example's project. */
  async function resources() {
    const filters = filtered({ label: [DEMO.label] });
    const volumes = (await api.call("GET", `/volumes?filters=${filters}`)).Volumes ?? [];
    const networks = await api.call("GET", `/networks?filters=${filters}`);
    return [
      ...volumes.map(({ Name }) => ({ kind: "volumes", name: Name })),
      ...networks.map(({ Name }) => ({ kind: "networks", name: Name })),
    ];
  }

  async function createdResources() {
    return (await resources()).filter(({ name }) => !before.has(name));
  }
}

const filtered = (filters) => encodeURIComponent(JSON.stringify(filters));
