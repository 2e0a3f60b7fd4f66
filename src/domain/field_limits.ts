/**
 * Limits of the fields of requests, in characters unless stated otherwise. The comments of the proto state the
 * same limits.
 */
export const fieldLimits = {
  /** Id of an app or a user pool. */
  appId: 64,
  /** Note of an administrator. */
  adminNote: 256,
  scene: 32,
  ticketId: 64,
  ticketSecret: 128,
  exchangeTicket: 256,
  codeVerifier: 128,
  /** In digits. */
  checkCode: { min: 4, max: 6 },
  screenId: 64,
  /** In values. */
  capabilities: 16,
  /** Text that a phone has scanned. The largest QR code holds fewer bytes. */
  qrContent: 4_096,
  /** IP address of a requester, with its zone. */
  ipAddress: 64,
  /** User agent, device name and location of a requester: the limit of each. */
  requesterText: 256,
  /** In bytes as JSON: the largest limit that the configuration accepts. */
  customDataBytes: 1_024,
  /** In pixels. */
  imageSize: { min: 64, max: 1_024 },
  /** In modules. */
  imageMargin: { max: 16, default: 4 },
} as const;
