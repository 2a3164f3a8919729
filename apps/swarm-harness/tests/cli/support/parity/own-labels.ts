import { expect } from "vitest";
import { resetMemory } from "../memory-plugin.js";
import { TestProject } from "../run-ofdeploy.js";
import { added, type Check, type ParityTable } from "./case.js";
import { literals } from "./sources.js";

const FILE = `networks: {back: {}}
apps: {web: {uuid: Web, image: x, networks: [back]}}
devices: {press: {uuid: Press, connector: {type: mtconnect, agent: {ip: h, port: 1}}}}
`;

/** Labels of the services and the network that `up` created. */
const deployed =
  (...labels: string[]): Check =>
  async () => {
    const { engine } = resetMemory();
    const project = new TestProject().write(FILE).write("OPENFACTORY_VERSION=v1\n", ".env");
    try {
      expect(await project.run("up")).toMatchObject({ code: 0 });
      const found = [...engine.services.values()].flatMap(({ request }) => Object.keys(request.labels ?? {}));
      const networks = engine.resources.list({ kinds: ["network"] }).flatMap((network) => Object.keys(network.labels));
      expect([...found, ...networks]).toEqual(expect.arrayContaining(labels));
    } finally {
      project.remove();
    }
  };

/** A label that the memory strategy does not use. The tests of the strategies prove it. */
const inCode =
  (label: string): Check =>
  async () =>
    expect(literals(/^org\.openfactory\./)).toContain(label);

const own = (name: string, note: string, check: (label: string) => Check = deployed) => {
  const label = `org.openfactory.deploy.${name}`;
  return added(label, note, check(label));
};

/** The metadata labels. All state is on the engine. */
export const ownLabels: ParityTable = {
  id: "own-labels",
  heading: "label",
  cases: [
    own("project", "The project that owns a service or resource."),
    own("app", "The app's key in the file."),
    own("file", "The file that owns it, relative to the project directory."),
    own("directory", "The project directory."),
    own("uuid", "The UUID of the asset that a service is, or is part of."),
    own("device", "The device that a service is part of."),
    own("references", "The assets that the device refers to."),
    own("request", "The hash of the request."),
    own("settings", "The fingerprint of the settings, for detecting manual changes.", inCode),
    own("format", "The version of the rules that converted the file to a request."),
    own("run", "The last run that changed the service or resource."),
    own("uses", "The resources created for the service."),
    own("resource", "The key of a network, secret or config in the file."),
    own("spec", "The hash of a network's options."),
    own("platform", "On volumes: the platform that created them.", inCode),
    own("replica-env", "On Swarm: the variables that identify replicas.", inCode),
    own("pull-policy", "On Swarm: the policy `never`.", inCode),
    own("replica-of", "On local Docker: the service of an emulated replica.", inCode),
    own("replaces", "On local Docker: the container that is being replaced.", inCode),
    own("pinned", "On local Docker: the image is pinned to the digest of the registry.", inCode),
    own("restart", "On local Docker: the restart policy, if it is not the default one.", inCode),
    own("stopped", "On a Swarm service that `stop` has stopped: the number of replicas that it had.", inCode),
    own("overrides", "On local Docker: the requested settings for which the engine has defaults.", inCode),
    own("file-volume", "On local Docker: the volume of a secret or config.", inCode),
    own("operation", "Marks everything that one deploy created.", inCode),
    own("lock", "Marks the volume or config that is a project's lock.", inCode),
    own("podman", "On Podman: the requested configuration of a container.", inCode),
  ],
};
