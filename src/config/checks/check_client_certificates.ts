import { formatPath, type Problem } from "../config_error.js";
import { describeCertificatesProblem } from "../files/key_files.js";
import type { PartialConfig } from "../schema/config_schema.js";

/** Returns the problems of the settings of client certificates, and between them and the apps. */
export function checkClientCertificates({ grpc, apps = [] }: PartialConfig): Problem[] {
  return [...checkAuthority(grpc?.tls), ...checkAppNames(grpc?.tls, apps)];
}

type Tls = NonNullable<PartialConfig["grpc"]>["tls"];
type Apps = NonNullable<PartialConfig["apps"]>;

const setting = "grpc.tls.clientCertificates";

function checkAuthority(tls: Tls): Problem[] {
  if (!tls) return [];
  const { clientCaFile, clientCertificates } = tls;
  const path = ["grpc", "tls", "clientCaFile"];
  if (clientCaFile === undefined) {
    if (clientCertificates !== "optional" && clientCertificates !== "required") return [];
    const message = `is missing: ${setting} needs the authorities whose certificates are accepted`;
    return [{ path, message }];
  }
  if (clientCertificates === "none") {
    return [{ path, message: `has no effect unless ${setting} is optional or required` }];
  }
  const failure = describeCertificatesProblem(clientCaFile);
  return failure === undefined ? [] : [{ path, message: failure }];
}

/** Checks that clients are asked for certificates, and that a name in one stands for one app. */
function checkAppNames(tls: Tls, apps: Apps): Problem[] {
  const owners = new Map<string, string>();
  return apps.flatMap((app, index) => {
    const path = ["apps", index, "certificateNames"];
    if (app?.certificateNames === undefined) return [];
    if (tls?.clientCertificates === "none" || !tls) {
      return [{ path, message: `has no effect unless ${setting} is optional or required` }];
    }
    return app.certificateNames.flatMap((name, position) => {
      if (name === undefined) return [];
      const here = formatPath([...path, position]);
      const owner = owners.get(name);
      owners.set(name, owner ?? here);
      return owner === undefined ? [] : [{ path: [...path, position], message: `is also ${owner}` }];
    });
  });
}
