import { expect, expectTypeOf, it } from "vitest";
import { nothing } from "../lib/decode";
import { type Answer, type Body, createCall, operation } from "./operation";
import * as operations from "./operations";
import type { Call, Request } from "./request";

function recorder() {
  const made: Omit<Call<unknown>, "decode">[] = [];
  const request: Request = ({ decode, ...call }) => {
    made.push(call);
    return new Promise(() => undefined);
  };
  return { call: createCall(request), made };
}

it("fills in the path, and leaves out of the query what isn't given", () => {
  const { call, made } = recorder();
  void call(operations.keysDelete, { path: { key_id: "a/b?" } });
  void call(operations.conversationsList, { query: { q: "a&b", cursor: null, limit: 5 }, keepalive: true });
  void call(operations.conversationsList);
  expect(made).toEqual([
    { method: "DELETE", path: "/api/keys/a%2Fb%3F", headers: {} },
    { method: "GET", path: "/api/chat/conversations?q=a%26b&limit=5", headers: {}, keepalive: true },
    { method: "GET", path: "/api/chat/conversations", headers: {} },
  ]);
});

it("sends the body and the headers as they are", () => {
  const { call, made } = recorder();
  const body = { amount: 10_000, wallet: "0x0" };
  void call(operations.payoutsCreate, { body, headers: { "Idempotency-Key": "k" } });
  expect(made).toEqual([{ method: "POST", path: "/api/payouts", body, headers: { "Idempotency-Key": "k" } }]);
});

it("knows what each call takes and answers (tsc is who checks this)", () => {
  const { call } = recorder();

  expectTypeOf<Body<"/api/chat/stop", "POST">>().toEqualTypeOf<{ jobId: string }>();
  expectTypeOf<Answer<"/api/keys/{key_id}", "DELETE">>().toEqualTypeOf<void>();
  expectTypeOf(call(operations.staking)).resolves.toHaveProperty("minimum").toEqualTypeOf<bigint>();
  const rate = call(operations.chatRate, { body: { jobId: "job_1", rating: 1 } });
  expectTypeOf(rate).resolves.toEqualTypeOf<{ rating: -1 | 0 | 1 }>();

  // @ts-expect-error This call has a path to fill in.
  void call(operations.keysDelete);
  // @ts-expect-error Its parameter has another name.
  void call(operations.keysDelete, { path: { id: "key_1" } });
  // @ts-expect-error A body is missing.
  void call(operations.chatStop, {});
  // @ts-expect-error There is no such tier.
  void call(operations.chatSend, { body: { tier: "mini", content: "Hi" } });
  // @ts-expect-error One of the two must change.
  void call(operations.conversationsChange, { path: { conversation_id: "c" }, body: {} });
  // @ts-expect-error The query has no such field.
  void call(operations.conversationsList, { query: { page: 2 } });
  // @ts-expect-error This call takes no body.
  void call(operations.authLogout, { body: {} });
  // @ts-expect-error What the query needs may not be null.
  void call(operations.chatReceipt, { query: { jobId: null } });
  // @ts-expect-error There is no such path.
  operation("GET", "/api/nowhere", nothing);
  // @ts-expect-error The path has no such method.
  operation("PATCH", "/api/me", operations.Me);
  // @ts-expect-error Another decoder than this answer's.
  operation("GET", "/api/me", operations.Account);
});
