import { ensureTestImage } from "@openfactory/test-engine";
import { DEMO } from "./demo-settings.mjs";

/** What the demo makes on the engine, and sees to it that nothing of it stays. */
export function makeDemoEngine({ api, isPrivate }) {
  let ours = false;
  let madeImage = false;
  let before = new Set();

  return {
    /** Makes the image that the example file names, where it is missing. */
    async prepare() {
      const others = (await containers()).map((one) => one.Names[0].slice(1));
      if (others.length > 0)
        throw new Error(`Containers of the demo's image are there already: remove ${others.join(", ")} first.`);
      ours = true;
      before = new Set((await resources()).map(({ name }) => name));
      madeImage = await ensureTestImage(api, DEMO.image, (line) => console.log(`  ${line}`));
    },
    /** What is still there of the demo's containers, networks and volumes, by name. */
    leftovers: async () => [
      ...(await containers()).map((one) => one.Names[0].slice(1)),
      ...(await madeResources()).map(({ name }) => name),
    ],
    /** Removes the demo's containers, and the volumes, networks and the image that were not there before. */
    async clean() {
      if (!ours) return;
      for (const one of await containers()) await api.request("DELETE", `/containers/${one.Id}?force=true&v=true`);
      for (const { kind, name } of await madeResources())
        await api.request("DELETE", `/${kind}/${encodeURIComponent(name)}`);
      if (madeImage && !isPrivate) await api.request("DELETE", `/images/${DEMO.image}`);
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

  async function madeResources() {
    return (await resources()).filter(({ name }) => !before.has(name));
  }
}

const filtered = (filters) => encodeURIComponent(JSON.stringify(filters));
