import { ensureTestImage } from "@openfactory/test-engine";
import { DEMO } from "./demo-settings.mjs";

/** What the demo makes on the engine, and sees to it that nothing of it stays. */
export function makeDemoEngine({ api, isPrivate }) {
  let ours = false;
  let madeImage = false;
  let madeNetwork = false;
  let volumesBefore = [];
  const volumesUsed = new Set();

  return {
    /** Makes the image and the network that the example file names, where they are missing. */
    async prepare() {
      const others = (await containers()).map((one) => one.Names[0].slice(1));
      if (others.length > 0) throw new Error(`Containers of the demo's image are there already: remove ${others.join(", ")} first.`);
      ours = true;
      volumesBefore = await volumes();
      madeImage = await ensureTestImage(api, DEMO.image, (line) => console.log(`  ${line}`));
      const labels = { "org.openfactory.deploy.demo": "1" };
      const made = await api.request("POST", "/networks/create", {
        Name: DEMO.network,
        CheckDuplicate: true,
        Labels: labels,
      });
      if (made.status !== 201 && made.status !== 409)
        throw new Error(`The demo's network could not be made: ${made.body.message}`);
      madeNetwork = made.status === 201;
    },
    /** Notes the volumes the demo's containers use, which `ofdeploy down` keeps and the demo does not. */
    async noteVolumes() {
      for (const one of await containers()) for (const mount of one.Mounts) volumesUsed.add(mount.Name);
    },
    /** The demo's containers that are still there, by name. */
    leftovers: async () => (await containers()).map((one) => one.Names[0].slice(1)),
    /** Removes the demo's containers, and the volumes, network and image that were not there before. */
    async clean() {
      if (!ours) return;
      await this.noteVolumes();
      for (const one of await containers()) await api.request("DELETE", `/containers/${one.Id}?force=true&v=true`);
      const made = (await volumes()).filter((name) => !volumesBefore.includes(name) && volumesUsed.has(name));
      for (const name of made) await api.request("DELETE", `/volumes/${encodeURIComponent(name)}`);
      if (madeNetwork) await api.call("DELETE", `/networks/${DEMO.network}`);
      if (madeImage && !isPrivate) await api.request("DELETE", `/images/${DEMO.image}`);
    },
  };

  async function containers() {
    const filters = encodeURIComponent(JSON.stringify({ ancestor: [DEMO.image] }));
    const { status, body } = await api.request("GET", `/containers/json?all=true&filters=${filters}`);
    return status === 200 ? body : [];
  }

  async function volumes() {
    return ((await api.call("GET", "/volumes")).Volumes ?? []).map((one) => one.Name);
  }
}
