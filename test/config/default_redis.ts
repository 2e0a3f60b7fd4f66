/** Default of the section `store.redis`. */
export const defaultRedisConfig = {
  url: "redis://127.0.0.1:6379",
  sentinel: undefined,
  cluster: undefined,
  username: undefined,
  password: undefined,
  tls: undefined,
  allowPlaintextOnNetwork: false,
  keyPrefix: "qrlogin:",
  replicaAcks: 0,
  replicaFsync: false,
  requireDurable: false,
  timeout: 1_000,
  refreshInterval: 5_000,
};
