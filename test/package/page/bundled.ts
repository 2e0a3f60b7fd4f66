import { addLanguage, startScanning } from "qrlogin/widget";
import { zh } from "qrlogin/widget/languages/zh";

// Script of a page for a bundler.
addLanguage("zh", zh);
startScanning<{ nickname: string }>("qrcode", {
  onSuccess: ({ nickname }) => document.body.append(nickname),
});
