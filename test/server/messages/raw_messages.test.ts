import { expect, test } from "vitest";
import { QrLoginServiceService } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { type RequestBytes, withRawRequests } from "../../../src/server/messages/raw_messages.js";

test("the bytes of a request can be taken only once", () => {
  const { watchStatus } = withRawRequests(QrLoginServiceService);
  const bytes = Buffer.from([1, 2, 3]);
  const request: RequestBytes = watchStatus?.requestDeserialize(bytes);
  expect(request.take()).toBe(bytes);
  expect(() => request.take()).toThrow("already been taken");
});
