export { GET, OPTIONS, POST } from "../../qrlogin/[...path]/route";
