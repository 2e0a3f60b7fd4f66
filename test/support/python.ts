import { spawnSync } from "node:child_process";

/** Python with the packages grpcio and protobuf, or undefined. An earlier one in PATH may lack them. */
export const python = [process.env.QRLOGIN_TEST_PYTHON, "python3", "/usr/bin/python3"].find(
  (command) => command && spawnSync(command, ["-c", "import grpc, google.protobuf"]).status === 0,
);
