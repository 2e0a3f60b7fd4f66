export default { serverExternalPackages: ["qrlogin"] }; // has files beside its code, which a bundler loses
