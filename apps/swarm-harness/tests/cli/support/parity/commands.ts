import { better, notSupported, type ParityTable } from "./case.js";
import { hasCommand, hasNoCommand } from "./command-checks.js";

export const commands: ParityTable = {
  id: "commands",
  heading: "command",
  cases: [
    better(
      ["ofa apps up PATH", "ofa device up PATH"],
      "`ofdeploy up -f PATH`, for apps and devices. It updates changed apps, waits until all are running, and rolls back on failure. `-f` may be repeated.",
      hasCommand("up", "--file", "--no-wait", "--no-rollback"),
    ),
    better(
      ["ofa apps up PATH --dry-run", "ofa device up PATH --dry-run"],
      "`ofdeploy plan -f PATH`. OpenFactory lists the files; `plan` shows what would change, field by field.",
      hasCommand("plan", "--file"),
    ),
    better(
      ["ofa apps down PATH", "ofa device down PATH"],
      "`ofdeploy down -f PATH`. It removes the services and resources that the files own, and nothing else.",
      hasCommand("down", "--file", "--all"),
    ),
    better(
      ["ofa apps down PATH --dry-run", "ofa device down PATH --dry-run"],
      "`ofdeploy down -f PATH --dry-run`.",
      hasCommand("down", "--dry-run"),
    ),
    better(
      ["ofa apps ls", "ofa device ls", "ofa agent ls"],
      "`ofdeploy ps`. It reads from the engine, not from Kafka: state, replicas, image, ports and nodes.",
      hasCommand("ps"),
    ),
    better("ofa version", "`ofdeploy --version`.", hasNoCommand("version")),
    notSupported(
      "ofa config ls",
      "There is no configuration of the tool's own. `ofdeploy doctor` shows which platform, engine and files it uses.",
      hasCommand("doctor"),
    ),
    notSupported(
      ["ofa asset ls", "ofa asset inspect", "ofa asset methods", "ofa asset register", "ofa asset deregister"],
      "They read and write Kafka, which the deployment does not need. Use `ofa`.",
      hasNoCommand("asset"),
    ),
    notSupported(
      ["ofa nodes up", "ofa nodes down", "ofa nodes ls"],
      "A swarm is set up with `docker swarm` and `docker node`; the network and volumes of the infrastructure file with `networks:` or docker.",
      hasNoCommand("nodes"),
    ),
    notSupported(
      ["ofa setup-kafka", "ofa device connect-influxdb", "ofa templates ls", "ofa templates copy"],
      "They set up other systems, or copy project templates. Use `ofa`.",
      hasNoCommand("setup-kafka", "device", "templates"),
    ),
  ],
};
