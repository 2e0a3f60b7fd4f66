/**
 * Metadata key with which a program says that it forwards a call with the credential of its caller. A client
 * certificate is then that of the program, not of the caller, and does not count.
 */
export const forwardedKey = "qrlogin-forwarded";
