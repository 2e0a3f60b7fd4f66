import { spawnSync } from "node:child_process";

/** A Python that has the packages grpcio and protobuf, or undefined. Another one without them may come first in the path. */
export const python = [process.env.QRLOGIN_TEST_PYTHON, "python3", "/usr/bin/python3"].find(
  (command) => command && spawnSync(command, ["-c", "import grpc, google.protobuf"]).status === 0,
);
