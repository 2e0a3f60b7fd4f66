// The gateway has files beside its code, which a bundler would lose. A handle in a URL belongs in no log.
export default {
  serverExternalPackages: ["qrlogin"],
  logging: { incomingRequests: { ignore: [/^\/qrlogin\//] } },
};
