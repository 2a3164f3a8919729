import { describe, expect, it } from "vitest";
import { containerAnswer, infoAnswer, networkAnswer, summaryAnswer, volumeAnswer } from "../../test/answers.js";
import { engineOn, podmanOn } from "../../test/engine-on.js";
import { answering, type Handler } from "../../test/fake-engine.js";

const filtersOf = (url: string): Record<string, string[]> =>
  JSON.parse(new URL(url, "http://engine").searchParams.get("filters") ?? "{}") as Record<string, string[]>;

/** Answers as Podman does: its states, empty health, health in filters only, and `a=` for any value of a. */
const podmanLike: Handler = ({ url }, response) => {
  const all = [
    { Id: "1", State: "running", Status: "Up 3 seconds", Labels: { a: "1" } },
    { Id: "2", State: "running", Status: "Up 3 seconds", Labels: { a: "" } },
    { Id: "3", State: "stopped", Status: "Exited (1) 3 seconds ago", Labels: { b: "x=y" } },
    { Id: "4", State: "running", Status: "Up 3 seconds", Labels: { a: "1", b: "x=y" } },
  ].map((parts) => ({ ...parts, ...summaryAnswer(parts) }));
  const health: Record<string, string[]> = { unhealthy: ["1", "3"], starting: ["2"], healthy: [] };
  const { health: [asked] = [] } = filtersOf(url);
  const details = containerAnswer({ State: { Status: "stopped", Running: false, Health: { Status: "" } } });
  const listed = asked === undefined ? all : all.filter(({ Id }) => health[asked]?.includes(Id));
  const pods = [{ Name: "shop", Containers: [{ Id: "4" }] }];
  const answer = url.includes("/pods/json") ? pods : url.includes("/containers/json") ? listed : details;
  response.writeHead(200).end(JSON.stringify(answer));
};

describe("on Podman", () => {
  it("a container has Docker's states, and no health if Podman's is empty", async () => {
    const { engine } = await podmanOn(podmanLike);
    const { State } = await engine.containers.inspect("demo");
    expect(State).toMatchObject({ Status: "exited", Running: false });
    expect(State.Health).toBeUndefined();
  });

  it("a state that every object inherits as a property is a text as any other", async () => {
    const details = containerAnswer({ State: { Status: "constructor" } });
    const { engine } = await podmanOn((_, response) => void response.writeHead(200).end(JSON.stringify(details)));
    expect((await engine.containers.inspect("demo")).State.Status).toBe("constructor");
  });

  it("info() has a lasting id, since Podman reports another one with each call", async () => {
    let calls = 0;
    const { engine } = await podmanOn(({ url }, response) => {
      const parts = { ID: `random-${(calls += 1)}`, Name: "press-1", DockerRootDir: "/var/lib/containers/storage" };
      response.writeHead(200).end(JSON.stringify(url.includes("/info") ? infoAnswer({}, parts) : {}));
    });
    const [first, second] = [await engine.info(), await engine.info()];
    expect([first.ID, second.ID]).toEqual(Array(2).fill("press-1:/var/lib/containers/storage"));
  });

  it("a list has the health in the status, as Docker's has", async () => {
    const { engine } = await podmanOn(podmanLike);
    expect((await engine.containers.list()).map(({ Id, State, Status }) => [Id, State, Status])).toEqual([
      ["1", "running", "Up 3 seconds (unhealthy)"],
      ["2", "running", "Up 3 seconds (health: starting)"],
      ["3", "exited", "Exited (1) 3 seconds ago"],
      ["4", "running", "Up 3 seconds"],
    ]);
  });

  it.each([
    ["a", ["1", "2", "4"]],
    ["a=", ["2"]],
    ["a=1", ["1", "4"]],
    ["b=x=y", ["3", "4"]],
    ["b=x", []],
  ])("a list by the label %s has the containers with that label", async (label, ids) => {
    const { engine } = await podmanOn(podmanLike);
    expect((await engine.containers.list({ label: [label] })).map(({ Id }) => Id)).toEqual(ids);
  });

  it("a container of a pod is listed with the pod's name as a label", async () => {
    const { engine } = await podmanOn(podmanLike);
    const pods = (await engine.containers.list()).map(({ Id, Labels }) => [Id, Labels["io.podman.pod.name"]]);
    expect(pods).toEqual([
      ["1", undefined],
      ["2", undefined],
      ["3", undefined],
      ["4", "shop"],
    ]);
  });

  it("create() rejects a label that Podman would misread, without a call", async () => {
    const { engine, fake } = await podmanOn(podmanLike);
    await expect(engine.containers.create("demo", { Labels: { a: "=", "b=c": "secret" } })).rejects.toMatchObject({
      code: "UNSUPPORTED",
      field: "labels",
      message: "Podman does not support an equals sign in a label's name: b=c.",
    });
    expect(fake.requests).toEqual([]);
  });
});

it.each([
  [{}, 10],
  [{ StopTimeout: 0 }, 0],
  [{ StopTimeout: 3 }, 3],
])("create(%j) sets a stop timeout of %i s, as Docker does", async (body, seconds) => {
  const { engine, fake } = await podmanOn(podmanLike);
  await engine.containers.create("demo", body);
  expect(JSON.parse(fake.requests[0]?.body ?? "")).toMatchObject({ StopTimeout: seconds });
});

it.each([
  ["host", undefined],
  ["none", undefined],
  ["plant", { EndpointsConfig: { plant: {} } }],
])("on Podman, a container on the network %s is created with the endpoints %j", async (network, expected) => {
  const { engine, fake } = await podmanOn(answering(201, { Id: "1" }));
  const NetworkingConfig = { EndpointsConfig: { [network]: {} } };
  await engine.containers.create("demo", { HostConfig: { NetworkMode: network }, NetworkingConfig });
  expect(JSON.parse(fake.requests[0]?.body ?? "").NetworkingConfig).toEqual(expected);
});

describe("create() of a container with volume options, on Podman", () => {
  const volume = { Labels: { a: "b" }, DriverConfig: { Name: "local", Options: { type: "nfs", device: ":/data" } } };
  const bodyOf = (mount: object) => ({
    HostConfig: { Mounts: [{ Type: "volume" as const, Target: "/data", ...mount }] },
  });
  const having =
    (...there: string[]): Handler =>
    ({ method, url }, response) =>
      response
        .writeHead(method === "POST" || there.some((path) => url.includes(path)) ? 200 : 404)
        .end(JSON.stringify({ ...volumeAnswer(), Id: "1" }));
  const calls = async (mount: object, ...there: string[]) => {
    const { engine, fake } = await podmanOn(having(...there));
    await engine.containers.create("demo", bodyOf(mount));
    return fake.requests.map(({ method, url, body }) => [method, url.replace(/^\/v1.41|\?.*$/g, ""), body]);
  };

  it("creates the volume first", async () => {
    const made = { Name: "data", Labels: volume.Labels, Driver: "local", DriverOpts: volume.DriverConfig.Options };
    expect(await calls({ Source: "data", VolumeOptions: volume })).toEqual([
      ["GET", "/containers/demo/json", ""],
      ["GET", "/volumes/data", ""],
      ["POST", "/volumes/create", JSON.stringify(made)],
      ["POST", "/containers/create", expect.stringContaining('"Source":"data"')],
    ]);
  });

  it("uses an existing volume as it is", async () => {
    const all = await calls({ Source: "data", VolumeOptions: volume }, "/volumes/data");
    expect(all.map(([, path]) => path)).toEqual(["/containers/demo/json", "/volumes/data", "/containers/create"]);
  });

  it.each([null, undefined, "x"])("creates the container if the volume's answer is %j", async (answer) => {
    const { engine } = await podmanOn(({ method, url }, response) => {
      const body = url.includes("/volumes/create") ? answer : { ...volumeAnswer(), Id: "1" };
      response.writeHead(method === "POST" ? 200 : 404).end(JSON.stringify(body));
    });
    const mount = { Source: "data", VolumeOptions: volume };
    await expect(engine.containers.create("demo", bodyOf(mount))).resolves.toMatchObject({ id: "1" });
  });

  it("creates no volume if the container's name is in use", async () => {
    const all = await calls({ Source: "data", VolumeOptions: volume }, "/containers/demo/json");
    expect(all.map(([, path]) => path)).toEqual(["/containers/demo/json", "/containers/create"]);
  });

  it("makes no other call for a volume without options", async () => {
    expect(await calls({ Source: "data" })).toHaveLength(1);
  });

  it.each([
    ["mounts[0].VolumeOptions.NoCopy", { Source: "data", VolumeOptions: { NoCopy: true } }],
    ["mounts[0].VolumeOptions", { VolumeOptions: volume }],
  ])("rejects %s, without a call", async (field, mount) => {
    const { engine, fake } = await podmanOn(having());
    await expect(engine.containers.create("demo", bodyOf(mount))).rejects.toMatchObject({ code: "UNSUPPORTED", field });
    expect(fake.requests).toEqual([]);
  });
});

describe("the requested configuration of a container, on Podman", () => {
  /** A container as Podman reports it, with its own variables, names, limits and capabilities. */
  const podmanDetails = (body: Record<string, unknown>) => {
    const {
      Labels,
      Env = [],
      HostConfig = {},
    } = body as { Labels: Record<string, string>; Env?: string[]; HostConfig?: object };
    const own = ["container=podman", "HOME=/root", "HOSTNAME=1", "TERM=xterm"];
    const names = new Set(Env.map((entry) => entry.split("=")[0]));
    return containerAnswer({
      Config: {
        Image: "docker.io/library/demo:1",
        Labels,
        Env: [...Env, ...own.filter((entry) => !names.has(entry.split("=")[0]))],
      },
      HostConfig: {
        PidsLimit: 2048,
        ...HostConfig,
        Mounts: undefined,
        Tmpfs: { "/run": "rw,rprivate,nosuid,nodev,tmpcopyup", "/tmp": "rw,rprivate,nosuid,nodev,tmpcopyup" },
        Ulimits: [],
        Init: undefined,
        CapAdd: ["CAP_CHOWN"],
        CapDrop: ["CAP_MKNOD"],
      },
      NetworkSettings: { Networks: "NetworkMode" in HostConfig ? { plant: {} } : { podman: {} } },
    });
  };
  /** Creates a container and inspects it. */
  const createAndInspect = async (body: object, options: object = {}) => {
    let made: Record<string, unknown> = {};
    const { engine } = await podmanOn(({ method, url, body: sent }, response) => {
      if (method === "POST") made = JSON.parse(sent) as Record<string, unknown>;
      if (url.includes("/volumes/"))
        return void response.writeHead(200).end(JSON.stringify(volumeAnswer({ Options: options })));
      const listed = summaryAnswer({ Image: "docker.io/library/demo:1", Labels: made["Labels"] });
      const answer =
        method === "POST"
          ? { Id: "1" }
          : url.includes("/pods/json")
            ? []
            : url.includes("/containers/json")
              ? [listed]
              : podmanDetails(made);
      response.writeHead(200).end(JSON.stringify(answer));
    });
    await engine.containers.create("demo", body);
    const [listed] = await engine.containers.list();
    return { details: await engine.containers.inspect("1"), listed, recorded: JSON.stringify(made["Labels"]) };
  };

  it("does not contain Podman's own additions", async () => {
    const { details, listed } = await createAndInspect({ Image: "demo:1", Labels: { a: "b" }, Env: ["A=1"] });
    expect(details).toMatchObject({
      Config: { Image: "demo:1", Labels: { a: "b" }, Env: ["A=1"] },
      HostConfig: { PidsLimit: 0, CapAdd: null, CapDrop: null, Ulimits: null, Tmpfs: null },
      NetworkSettings: { Networks: { bridge: {} } },
    });
    expect(Object.keys(details.NetworkSettings.Networks)).toEqual(["bridge"]);
    expect(Object.keys(details.Config.Labels)).toEqual(["a"]);
    expect(listed).toMatchObject({ Image: "demo:1", Labels: { a: "b" } });
  });

  it("contains a requested value that equals Podman's addition", async () => {
    const requested = {
      Image: "demo:1",
      Env: ["HOME=/srv", "TERM=xterm"],
      HostConfig: { PidsLimit: 2048, CapDrop: ["MKNOD"], NetworkMode: "plant" },
    };
    const { details } = await createAndInspect(requested);
    expect(details).toMatchObject({
      Config: { Env: ["HOME=/srv", "TERM=xterm"] },
      HostConfig: { PidsLimit: 2048, CapAdd: null, CapDrop: ["MKNOD"] },
      NetworkSettings: { Networks: { plant: {} } },
    });
  });

  it("contains the fields that Podman omits", async () => {
    const HostConfig = {
      Ulimits: [{ Name: "nofile", Soft: 9, Hard: 9 }],
      Init: false,
      Mounts: [{ Type: "tmpfs", Target: "/scratch" }],
    };
    expect((await createAndInspect({ Image: "demo:1", HostConfig })).details.HostConfig).toMatchObject(HostConfig);
  });

  it("contains the directory, the signal, the log driver and the devices of the request, and no others", async () => {
    const HostConfig = {
      Devices: [{ PathOnHost: "/dev/a", PathInContainer: "/dev/b", CgroupPermissions: "r" }],
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
      ShmSize: 1024,
    };
    const body = { Image: "demo:1", WorkingDir: "/srv", StopSignal: "SIGINT", HostConfig };
    const { details } = await createAndInspect(body);
    expect(details.Config).toMatchObject({ WorkingDir: "/srv", StopSignal: "SIGINT" });
    expect(details.HostConfig).toMatchObject(HostConfig);
    const { details: plain } = await createAndInspect({ Image: "demo:1" });
    expect(plain.Config).toMatchObject({ WorkingDir: undefined, StopSignal: undefined });
    expect(plain.HostConfig).toMatchObject({ Devices: null, ShmSize: null });
  });

  it("is recorded without values of variables and volume options", async () => {
    const DriverConfig = { Name: "local", Options: { type: "cifs", o: "password=s3cret" } };
    const Mounts = [{ Type: "volume", Source: "data", Target: "/data", VolumeOptions: { DriverConfig } }];
    const { recorded, details } = await createAndInspect(
      { Image: "demo:1", Env: ["HOME=s3cret"], HostConfig: { Mounts } },
      DriverConfig.Options,
    );
    expect(recorded).toContain("HOME");
    expect(recorded).not.toContain("s3cret");
    expect(details.HostConfig.Mounts).toEqual(Mounts);
  });

  it.each(["no label", "{}", "no JSON", "null"])(
    "stays as Podman reports it for a container of another program (%s)",
    async (label) => {
      const Labels = { a: "b", ...(label !== "no label" && { "org.openfactory.deploy.podman": label }) };
      const { engine } = await podmanOn(
        (_, response) => void response.writeHead(200).end(JSON.stringify(podmanDetails({ Labels }))),
      );
      expect((await engine.containers.inspect("1")).Config).toMatchObject({
        Image: "docker.io/library/demo:1",
        Env: expect.arrayContaining(["TERM=xterm"]),
      });
    },
  );
});

it("create() with the address host-gateway is rejected by Podman 4, before any call, and sent to Podman 5", async () => {
  const body = { HostConfig: { ExtraHosts: ["db:192.0.2.1", "host:host-gateway"] } };
  const four = await podmanOn(podmanLike, "4.3.1");
  await expect(four.engine.containers.create("demo", body)).rejects.toMatchObject({
    code: "UNSUPPORTED",
    field: "extraHosts[1]",
    hint: expect.stringContaining("host.containers.internal"),
  });
  expect(four.fake.requests).toEqual([]);
  const five = await podmanOn(podmanLike, "5.4.2");
  await five.engine.containers.create("demo", body);
  expect(five.fake.requests).toHaveLength(1);
});

it("volumes.create() returns a volume that another client created at the same time, as Docker does", async () => {
  const { engine } = await podmanOn(({ method }, response) => {
    if (method === "GET")
      return void response.writeHead(200).end(JSON.stringify(volumeAnswer({ Labels: { a: "theirs" } })));
    response.writeHead(500).end(
      JSON.stringify({
        cause: "volume already exists",
        message: "name data is in use: volume already exists",
        response: 500,
      }),
    );
  });
  expect(await engine.volumes.create({ Name: "data" })).toMatchObject({ Labels: { a: "theirs" } });
});

it("networks.remove() rejects with CONFLICT if containers use the network", async () => {
  const { engine, fake } = await podmanOn(({ url }, response) =>
    response
      .writeHead(200)
      .end(
        JSON.stringify(
          url.includes("/networks/busy")
            ? networkAnswer({ Name: "busy" })
            : url.includes("busy")
              ? [summaryAnswer({ Names: ["/web"] })]
              : [],
        ),
      ),
  );
  await expect(engine.networks.remove("busy")).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringMatching(/in use by web\.$/),
  });
  await engine.networks.remove("free");
  expect(fake.requests.filter(({ method }) => method === "DELETE").map(({ url }) => url)).toEqual([
    expect.stringContaining("/networks/free"),
  ]);
});

it("images.digest() rejects with UNSUPPORTED, without a call", async () => {
  const { engine, fake } = await podmanOn(podmanLike);
  await expect(engine.images.digest("demo:1")).rejects.toMatchObject({ code: "UNSUPPORTED" });
  expect(fake.requests).toEqual([]);
});

it("a container is changed from Podman 5 on; what 4 does not do, it says", async () => {
  const { engine, fake } = await podmanOn((_, response) => void response.writeHead(200).end("{}"));
  expect(await engine.containers.update("1", {})).toEqual({ warnings: [] });
  expect(fake.requests).toHaveLength(1);
  const four = await podmanOn(podmanLike, "4.3.1");
  expect(await four.engine.containers.update("1", {})).toEqual({
    warnings: [expect.stringMatching(/^Podman 4\.3\.1 can't change a restart policy: .*\.$/)],
  });
  expect(four.fake.requests).toEqual([]);
});

describe("on Docker", () => {
  it("answers stay as they are, and a list is one call", async () => {
    const { engine, fake } = await engineOn(podmanLike);
    expect((await engine.containers.inspect("demo")).State.Status).toBe("stopped");
    expect(await engine.containers.list({ label: ["a="] })).toHaveLength(4);
    await engine.containers.create("demo", { Labels: { "b=c": "d" } });
    expect(fake.requests.map(({ method }) => method)).toEqual(["GET", "GET", "POST"]);
    expect(fake.pings).toBe(1);
  });
});
