/**
 * Limits of the fields of requests, in characters where nothing else is said. The comments of the proto state
 * the same.
 */
export const fieldLimits = {
  appId: 64,
  scene: 32,
  ticketId: 64,
  ticketSecret: 128,
  exchangeTicket: 256,
  codeVerifier: 128,
  /** Of the text that a phone has scanned. The largest QR code holds fewer bytes. */
  qrContent: 4_096,
  /** Of the address of a requester, with its zone. */
  ipAddress: 64,
  /** Of the user agent, the name of the device and the location of a requester. */
  requesterText: 256,
  /** In bytes as JSON: the most that any configuration allows. */
  customDataBytes: 1_024,
  /** In pixels. */
  imageSize: { min: 64, max: 1_024 },
  /** In modules. */
  imageMargin: { max: 16, default: 4 },
} as const;
