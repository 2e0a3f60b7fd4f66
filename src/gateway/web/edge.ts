/**
 * Takes the place of `qrlogin/web` on edge runtimes (the conditions `edge-light` and `workerd` of package.json). They
 * cannot call the service, and without this module their bundlers report a file of the gateway that they cannot read.
 *
 * @throws Error always, also when the module is imported, so that a build fails and not the first request.
 */
export function createFetchHandler(): never {
  throw new Error(
    'qrlogin/web needs Node.js, because it calls the service over gRPC: run this route on Node.js (in Next.js, remove `runtime = "edge"`)',
  );
}

createFetchHandler();
