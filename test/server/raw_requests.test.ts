import { expect, test } from "vitest";
import { QrLoginServiceService } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type RequestBytes, rawRequests } from "../../src/server/raw_requests.js";

test("the bytes of a request are handed over once and then forgotten", () => {
  const { watchStatus } = rawRequests(QrLoginServiceService);
  const bytes = Buffer.from([1, 2, 3]);
  const request: RequestBytes = watchStatus?.requestDeserialize(bytes);
  expect(request.take()).toBe(bytes);
  expect(() => request.take()).toThrow("taken before");
});
