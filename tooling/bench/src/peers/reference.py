# The Python reference: creates services or containers in sequence with Docker's SDK for Python. Reads a list of services as
# JSON from standard input (see reference-input.ts).
import json
import sys

import docker

platform, services = sys.argv[1], json.load(sys.stdin)
client = docker.from_env()

for service in services:
    if platform == "swarm":
        # The Engine API directly, since the SDK's own call for services has no ulimits.
        api = client.api
        response = api._post_json(
            api._url("/services/create"),
            data={
                "Name": service["name"],
                "TaskTemplate": {
                    "ContainerSpec": {"Image": service["image"], "Command": service["command"], "Env": service["env"]},
                    "Resources": {"Limits": {"NanoCPUs": service["nano_cpus"], "MemoryBytes": service["memory"]}},
                },
                "Mode": {"Replicated": {"Replicas": service["replicas"]}},
            },
        )
        api._raise_for_status(response)
    else:
        client.containers.run(
            service["image"],
            name=service["name"],
            entrypoint=service["command"],
            environment=service["env"],
            nano_cpus=service["nano_cpus"],
            mem_limit=service["memory"],
            network_mode="bridge",
            restart_policy={"Name": "always"},
            detach=True,
        )
