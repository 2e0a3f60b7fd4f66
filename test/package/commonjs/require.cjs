// snippet: require
const { createAppClient } = require("qrlogin/client");
// end snippet

createAppClient({ address: "127.0.0.1:1", appId: "a", appSecret: "b" }).close();
