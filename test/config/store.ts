/** What the section `store.redis` is where nothing is said. */
export const usualRedis = {
  url: "redis://127.0.0.1:6379",
  sentinel: undefined,
  cluster: undefined,
  username: undefined,
  password: undefined,
  tls: undefined,
  allowPlaintextOnNetwork: false,
  keyPrefix: "qrlogin:",
  replicas: 0,
  replicasOnDisk: false,
  requireDurable: false,
  timeout: 1_000,
  reread: 5_000,
};
